import { rootCertificates } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { createUserKey } from '../permit/user-key.ts';
import { securityOptions } from './credentials.ts';
import type { NatsSecurity } from './security.ts';
import { parseServerAddress } from './server-address.ts';

const PLAIN = parseServerAddress('nats://host');

/** What the client would send. */
function shown(security: () => NatsSecurity, address = PLAIN): object {
  const { authenticator } = securityOptions(address, security);
  if (typeof authenticator !== 'function') throw new Error('it is one function');
  return authenticator('nonce') ?? {};
}

describe('Who connects', () => {
  it('is an nkey that signs, a user with a password, or a token', () => {
    const { seed, publicKey } = createUserKey();
    expect(shown(() => ({ nkeySeed: seed }))).toMatchObject({ nkey: publicKey, sig: expect.any(String) });
    expect(shown(() => ({ user: 'hr', password: 'word' }))).toEqual({ user: 'hr', pass: 'word' });
    expect(shown(() => ({ token: 'tok' }))).toEqual({ auth_token: 'tok' });
  });

  it('is the user of a credentials file', () => {
    const { seed, publicKey } = createUserKey();
    const section = (what: string, text: string) =>
      `-----BEGIN ${what}-----\n${text}\n------END ${what}------\n`;
    const credentials = section('NATS USER JWT', 'a.b.c') + section('USER NKEY SEED', seed);
    expect(shown(() => ({ credentials }))).toMatchObject({
      jwt: 'a.b.c',
      nkey: publicKey,
      sig: expect.any(String),
    });
  });

  it('is what the address holds, where nothing else is given, or nobody', () => {
    const address = parseServerAddress('nats://hr:word@host');
    expect(shown(() => ({}), address)).toEqual({ user: 'hr', pass: 'word' });
    expect(shown(() => ({ token: 'tok' }), address)).toEqual({ auth_token: 'tok' });
    expect(shown(() => ({}))).toEqual({});
  });

  it('is asked for at each connection, and who it was before while that fails', () => {
    const answers: (() => NatsSecurity)[] = [
      () => ({ token: 'first' }),
      () => ({ token: 'second' }),
      () => {
        throw new Error('the file is being replaced');
      },
    ];
    const { authenticator } = securityOptions(PLAIN, () => (answers.shift() ?? (() => ({})))());
    if (typeof authenticator !== 'function') throw new Error('it is one function');
    expect(authenticator()).toEqual({ auth_token: 'second' });
    expect(authenticator()).toEqual({ auth_token: 'second' });
  });
});

describe('The connection', () => {
  it('is encrypted where the address says so, or an authority is given', () => {
    expect(securityOptions(PLAIN, () => ({})).tls).toBeUndefined();
    expect(securityOptions(parseServerAddress('tls://host'), () => ({})).tls).toEqual({});
    expect(securityOptions(PLAIN, () => ({ ca: 'authority', certificate: 'c', key: 'k' })).tls).toEqual({
      ca: 'authority',
      cert: 'c',
      key: 'k',
    });
  });

  it('presents the current certificates, and the previous ones while these cannot be read or are not certificates', () => {
    let read = (): NatsSecurity => ({ ca: 'first' });
    const { tls } = securityOptions(PLAIN, () => read());
    read = () => {
      throw new Error('the file is being replaced');
    };
    expect(tls).toMatchObject({ ca: 'first' });
    read = () => ({ ca: 'half of a' });
    expect(tls).toMatchObject({ ca: 'first' });
    const [ca = ''] = rootCertificates;
    read = () => ({ ca });
    expect(tls).toMatchObject({ ca });
  });
});
