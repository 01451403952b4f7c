import { afterEach, expect, it } from '@jest/globals';
import { startRawServer } from '../fixtures/raw-server.ts';
import { RavenHttp } from './raven-http.ts';
import { readVersion } from './read-version.ts';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

it.each([
  [{ BuildVersion: 71_000, ProductVersion: '7.1', CommitHash: 'abc', FullVersion: '7.1.3' }, '7.1.3'],
  [{ ProductVersion: '7.1', FullVersion: null }, '7.1'],
  [{ FullVersion: 7 }, null],
  [null, null],
])('The version that RavenDB tells as %j is %j', async (answer, version) => {
  const server = await startRawServer(({ path }) => (path === '/build/version' ? answer : null));
  const http = new RavenHttp({ urls: [server.url], database: 'd' });
  ended.push(
    () => http.close(),
    () => server.close(),
  );
  expect(await readVersion(http)).toBe(version);
});
