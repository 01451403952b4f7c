import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../run/free-port.ts';
import { addressWay, firstAddress } from './address.ts';

describe('firstAddress', () => {
  it('takes the first of a list and adds a missing scheme', () => {
    expect(firstAddress(' localhost:4222, nats://b:4222', 'nats')).toBe('nats://localhost:4222');
    expect(firstAddress('https://a,https://b', 'http')).toBe('https://a');
    expect(firstAddress(' ', 'http')).toBeUndefined();
  });
});

describe('an address in the environment', () => {
  const listener = createServer();
  let port = 0;
  beforeAll(async () => {
    port = await freePort();
    await new Promise<void>((resolve) => void listener.listen(port, '127.0.0.1', resolve));
  });
  afterAll(() => void listener.close());

  it('is used as it is', async () => {
    const url = `http://127.0.0.1:${port}`;
    await expect(addressWay({ RAVENDB_URLS: url }, 'RAVENDB_URLS', 'http', 8080).look()).resolves.toEqual({
      kind: 'address',
      way: 'RAVENDB_URLS',
      url,
    });
  });

  it('is refused by name when nothing listens there', async () => {
    const url = `nats://127.0.0.1:${await freePort()}`;
    await expect(addressWay({ NATS_URL: url }, 'NATS_URL', 'nats', 4222).look()).resolves.toEqual({
      refused: `${url} does not answer: ECONNREFUSED`,
      remedy: 'start it, or unset NATS_URL',
      final: true,
    });
  });

  it('is refused without its password', async () => {
    const url = `nats://me:canary@127.0.0.1:${await freePort()}`;
    const answer = await addressWay({ NATS_URL: url }, 'NATS_URL', 'nats', 4222).look();
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it('is refused by name when it is not an address at all, and no other server is taken in its place', async () => {
    const way = addressWay({ RAVENDB_URLS: 'http://db:port' }, 'RAVENDB_URLS', 'http', 8080);
    await expect(way.look()).resolves.toEqual({
      refused: 'the value of RAVENDB_URLS is not an address of such a server',
      remedy: 'set RAVENDB_URLS to http://HOST:8080, or unset it',
      final: true,
    });
  });

  it('is refused when something else listens there: it was printed as if it worked', async () => {
    const look = async (given: string) => addressWay({ NATS_URL: given }, 'NATS_URL', 'nats', 4222).look();
    await expect(look(`http://127.0.0.1:${port}`)).resolves.toEqual({
      refused: 'the value of NATS_URL is not an address of such a server',
      remedy: 'set NATS_URL to nats://HOST:4222, or unset it',
      final: true,
    });
    await expect(look(`tls://127.0.0.1:${port}`)).resolves.toMatchObject({ kind: 'address' });
  });
});
