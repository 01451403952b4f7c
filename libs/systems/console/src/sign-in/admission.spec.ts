import { expect, it } from '@jest/globals';
import type { ApiCaller } from '@nestjs-spark/auth';
import { OperatorToken } from '@nestjs-spark/modules/internal';
import { Admission } from './admission.ts';
import { Tries } from './tries.ts';

const RIGHT = 'operators-of-this-spec-only';
const IN_AN_HOUR = Math.floor(Date.now() / 1_000) + 3_600;

/** An issuer whose token says who the caller is. */
const issuer = {
  authenticate: async (token: string | null): Promise<ApiCaller> => ({
    kind: 'jwt',
    subject: 'ann',
    role: 'operator',
    tenant: null,
    claims: { exp: IN_AN_HOUR },
    ...(JSON.parse(token ?? '{}') as Partial<ApiCaller>),
  }),
};
const byToken = () => new Admission(new OperatorToken(RIGHT), null);
const byIssuer = (caller: Partial<ApiCaller>) =>
  new Admission(new OperatorToken(null), issuer).admit(JSON.stringify(caller), '10.0.0.1');

it('Whoever belongs to a tenant cannot sign in, whatever their role', async () => {
  await expect(byIssuer({ tenant: 'north' })).rejects.toMatchObject({ status: 403 });
  await expect(byIssuer({ tenant: 'north', role: 'viewer' })).rejects.toMatchObject({ status: 403 });
});

it('A session may not outlast the token that it begins with', async () => {
  expect(await byIssuer({})).toEqual({ sub: 'ann', role: 'operator', expires: IN_AN_HOUR });
  await expect(byIssuer({ claims: { exp: 1 } })).rejects.toMatchObject({ status: 401 });
  await expect(byIssuer({ claims: {} })).rejects.toMatchObject({ status: 401 });
});

it('Wrong tokens are slowed down, and keep nobody with a right one out', async () => {
  const admission = byToken();
  for (let times = 0; times < 5; times++)
    await expect(admission.admit('wrong', '10.0.0.1')).rejects.toMatchObject({ status: 401 });
  await expect(admission.admit('wrong', '10.0.0.1')).rejects.toMatchObject({ status: 429 });
  expect(await admission.admit(RIGHT, '10.0.0.1')).toEqual({ sub: 'operator', role: 'operator' });
});

it.each([
  ['2001:db8::1', '2001:db8:0:0:ffff::2', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['2001:db8:1:2:3:4:5:6', '2001:DB8:1:2::', true],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
])('Tries from %s and %s count together: %s', (one, other, together) => {
  const tries = new Tries();
  for (let times = 0; times < 5; times++) tries.wrong(one, 0);
  expect(tries.waitMs(one, 0)).toBeGreaterThan(0);
  expect(tries.waitMs(other, 0) > 0).toBe(together);
});

it.each([
  [new Admission(new OperatorToken(RIGHT), null), /the operator token \(SPARK_OPERATOR_TOKEN\)\.$/],
  [
    new Admission(new OperatorToken(RIGHT), issuer),
    /\(SPARK_OPERATOR_TOKEN\), or a token of the application's issuer\.$/,
  ],
  [
    new Admission(new OperatorToken(null), issuer),
    /^Sign in on the page \/c with a token of the application's issuer\.$/,
  ],
  [new Admission(new OperatorToken(null), null), /^Nobody can sign in here: set SPARK_OPERATOR_TOKEN/],
])('Says how to sign in', (admission, how) => {
  expect(admission.howTo('/c')).toMatch(how);
});

it('A missing token is not called wrong', async () => {
  await expect(byToken().admit('', '10.0.0.1')).rejects.toThrow('No token was sent');
  await expect(byToken().admit(null, '10.0.0.1')).rejects.toThrow('No token was sent');
  await expect(byToken().admit('wrong', '10.0.0.1')).rejects.toThrow('This token is not valid.');
});
