import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { eventually } from '@nestjs-spark/servers/testing';
import { createUserKey } from '../permit/user-key.ts';
import { JetStreamConnection } from './connection.ts';
import { securityOptions } from './credentials.ts';
import type { NatsSecurity } from './security.ts';
import { securityFault } from './judge-security.ts';
import { parseServerAddress } from './server-address.ts';

const SECRET = 'open-sesame';

/** A certificate and its key, as PEM. */
function selfSigned(): { certificate: string; key: string } {
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=spec', '-keyout', '-'];
  const pem = execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const from = (what: string) =>
    pem.slice(pem.indexOf(`-----BEGIN ${what}`)).split(/(?<=-----END .*\n)/)[0] ?? '';
  return { certificate: from('CERTIFICATE'), key: from('PRIVATE KEY') };
}

describe('What is presented to NATS', () => {
  it.each<[NatsSecurity, RegExp]>([
    [{ nkeySeed: SECRET }, /NATS_NKEY_SEED .*NATS_NKEY_SEED_FILE names/],
    [{ nkeySeed: createUserKey().publicKey }, /NATS_NKEY_SEED is not the seed/],
    [{ credentials: '/run/secrets/user.creds' }, /NATS_CREDENTIALS .*NATS_CREDENTIALS_FILE names/],
    [{ ca: '/run/secrets/ca.pem' }, /NATS_CA .*NATS_CA_FILE names/],
    [{ certificate: SECRET, key: SECRET }, /NATS_CERTIFICATE and NATS_KEY .*NATS_KEY_FILE name/],
    [{ certificate: selfSigned().certificate, key: selfSigned().key }, /a certificate and its key/],
  ])(
    'is refused in advance where it cannot be valid, with the remedy and without being quoted: %#',
    (security, fault) => {
      expect(securityFault(security)).toMatch(fault);
      expect(securityFault(security)).not.toContain(SECRET);
    },
  );

  it('may be an nkey, a certificate with its key, and an authority', () => {
    const { certificate, key } = selfSigned();
    expect(securityFault({ nkeySeed: createUserKey().seed, certificate, key, ca: certificate })).toBeNull();
    expect(securityFault({ user: 'hr', password: SECRET })).toBeNull();
  });

  it('is reported as the fault, in the log and in health, instead of the server', async () => {
    const log = new MemoryLogger();
    const security = () => ({ nkeySeed: SECRET });
    const connection = new JetStreamConnection({ url: 'nats://127.0.0.1:1', name: 'spec', security, log });
    connection.start();
    try {
      await eventually(() => expect(log.said('warn').join()).toMatch(/NATS_NKEY_SEED is not the seed/));
      expect(connection.health()).toMatchObject({
        ready: false,
        detail: expect.stringContaining('NATS_NKEY_SEED'),
      });
      expect(connection.health().detail).not.toMatch(/NATS_URL|sesame/);
    } finally {
      await connection.close();
    }
  });

  it('stays the same while a file is half written', () => {
    const [first, second] = [createUserKey(), createUserKey()];
    const seeds = [first.seed, first.seed.slice(0, 20), second.seed];
    const { authenticator } = securityOptions(parseServerAddress('nats://host'), () => ({
      nkeySeed: seeds.shift() ?? '',
    }));
    if (typeof authenticator !== 'function') throw new Error('the authenticator is not a single function');
    expect(authenticator('nonce')).toMatchObject({ nkey: first.publicKey });
    expect(authenticator('nonce')).toMatchObject({ nkey: second.publicKey });
  });
});
