import { describe, expect, it } from '@jest/globals';
import { includesRole, mayChange, mayRead, ROLES, type ApiCaller, type Role } from './api-caller.ts';

const caller = (role: Role, tenant: string | null = null): ApiCaller => ({
  kind: 'jwt',
  subject: 'ann',
  role,
  tenant,
  claims: {},
});

describe('a role', () => {
  it('includes itself and those below it, and none above it', () => {
    const included = ROLES.map((role) => ROLES.filter((needed) => includesRole(role, needed)));
    expect(included).toEqual([['viewer'], ['viewer', 'editor'], ['viewer', 'editor', 'operator']]);
  });
});

describe('what somebody made', () => {
  const own = { kind: 'jwt' as const, subject: 'ann', tenant: null };
  const of = (subject: string, tenant: string | null = null) => ({ ...own, subject, tenant });

  it.each([
    ['viewer', own, false],
    ['editor', own, true],
    ['editor', of('bob'), false],
    ['operator', of('bob'), true],
  ] as const)('a caller with the role %s may change %j: %s', (role, thing, allowed) => {
    expect(mayChange(caller(role), thing)).toBe(allowed);
  });

  it.each([
    ['viewer', 'red', 'red', true],
    ['viewer', 'red', 'blue', false],
    ['viewer', null, 'blue', false],
    ['operator', 'red', 'blue', false],
    ['operator', null, 'blue', true],
    ['editor', 'red', null, false],
  ] as const)('a %s of the tenant %s reads what belongs to %s: %s', (role, tenant, other, allowed) => {
    expect(mayRead(caller(role, tenant), { tenant: other })).toBe(allowed);
  });

  it.each(['token', 'operator', 'open'] as const)(
    'is not changed by a user of the issuer who has the same name as its owner, known by: %s',
    (kind) => {
      expect(mayChange(caller('editor'), { ...own, kind })).toBe(false);
      expect(mayChange({ ...caller('editor'), kind }, { ...own, kind })).toBe(true);
    },
  );

  it('is not changed from another tenant, not even by its own subject', () => {
    expect(mayChange(caller('editor', 'red'), of('ann', 'blue'))).toBe(false);
    expect(mayChange(caller('operator', 'red'), of('ann', 'blue'))).toBe(false);
  });
});
