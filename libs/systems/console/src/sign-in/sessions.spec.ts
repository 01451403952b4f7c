import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Sessions } from './sessions.ts';

const NOW = 1_800_000_000;
const { privateKey } = generateKeyPairSync('ed25519');
const signer = { keyId: 'k', sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) };
const sessions = new Sessions(signer, '/spark/console');

async function cookie(now = NOW): Promise<string> {
  const header = await sessions.cookie(sessions.begin({ sub: 'ann', role: 'viewer' }, NOW), false, now);
  return header.split(';')[0] ?? '';
}

it('A session is read by every instance with the same key, and by no other', async () => {
  const other = new Sessions(signer, '/spark/console');
  expect(await other.read(`a=b; ${await cookie()}`, NOW + 5)).toMatchObject({
    session: { sub: 'ann', role: 'viewer' },
    renew: false,
  });
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const theirs = new Sessions({ keyId: 'x', sign: (bytes) => sign(null, bytes, stranger) }, '/');
  expect(await theirs.read(await cookie(), NOW)).toBeNull();
});

it('A session ends after an hour idle, and after eight hours in any case', async () => {
  expect(await sessions.read(await cookie(), NOW + 3_599)).toMatchObject({ renew: true });
  expect(await sessions.read(await cookie(), NOW + 3_601)).toBeNull();
  const late = NOW + 8 * 3_600;
  expect(await sessions.read(await cookie(late - 60), late - 30)).not.toBeNull();
  expect(await sessions.read(await cookie(late - 60), late + 1)).toBeNull();
});

it('A session ends with the token it began with', async () => {
  const session = sessions.begin({ sub: 'ann', role: 'viewer', expires: NOW + 600.5 }, NOW);
  const header = await sessions.cookie(session, false, NOW);
  expect(header).toContain('; Max-Age=600');
  const again = await sessions.cookie(session, false, NOW + 599);
  const [sealed = ''] = again.split(';', 1);
  expect(await sessions.read(sealed, NOW + 599)).not.toBeNull();
  expect(await sessions.read(sealed, NOW + 600)).toBeNull();
});

it.each(['', 'spark_console=', 'spark_console=a.b.c.d.e', `spark_console=${'x'.repeat(9_000)}`, 'x'])(
  'Cookies such as %j are not a session',
  async (text) => {
    expect(await sessions.read(text.slice(0, 20_000), NOW)).toBeNull();
  },
);
