import { describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { readClaims } from './read-claims.ts';

const NAMES = { roles: 'roles', tenant: 'tenant' };
const roleOf = (roles: unknown, names = NAMES, claim = 'roles') =>
  readClaims({ sub: 'ann', [claim]: roles }, names);

describe('the claims of a token', () => {
  it.each([
    [['viewer'], 'viewer'],
    [['editor', 'viewer', 'somebody-elses'], 'editor'],
    ['viewer operator', 'operator'],
    [['Operator'], null],
    [['operators'], null],
    [{ operator: true }, null],
    [undefined, null],
    [[['operator']], null],
  ])('with the roles %j stand for the role %s', (roles, role) => {
    expect(roleOf(roles)).toMatchObject({ caller: { subject: 'ann', role, tenant: null } });
  });

  it('may be nested, or have an address for a name', () => {
    const keycloak = { ...NAMES, roles: 'realm_access.roles' };
    expect(roleOf({ roles: ['editor'] }, keycloak, 'realm_access')).toMatchObject({
      caller: { role: 'editor' },
    });
    const auth0 = { ...NAMES, roles: 'https://shop.example.com/roles' };
    expect(roleOf(['editor'], auth0, auth0.roles)).toMatchObject({ caller: { role: 'editor' } });
  });

  it('are never read from what every object has', () => {
    expect(readClaims({ sub: 'ann' }, { roles: 'constructor.name', tenant: '__proto__' })).toMatchObject({
      caller: { role: null, tenant: null },
    });
  });

  it.each([[undefined], [''], ['x'.repeat(257)]])('without a usable subject are refused: %j', (sub) => {
    expect(readClaims({ sub, roles: ['viewer'] } as JWTPayload, NAMES)).toHaveProperty(
      'fault',
      expect.stringContaining('sub'),
    );
  });

  it.each(['', 'a.b', '*', '../red', 7, ['red'], 'x'.repeat(65)])(
    'with a tenant that could be read as something else are refused: %j',
    (tenant) => {
      expect(readClaims({ sub: 'ann', tenant }, NAMES).fault).toMatch(/tenant/);
    },
  );
});
