import { expect, it } from '@jest/globals';
import { startingWords } from './start-servers.ts';

it('RavenDB is named as a reason to wait only where the apps run on it', () => {
  expect(startingWords({ storeOf: () => ({ SPARK_STORE: 'ravendb' }) })).toMatch(
    /half a minute while RavenDB/,
  );
  expect(startingWords({ storeOf: (app) => ({ SPARK_STORE: `sqlite:${app}.db` }) })).not.toContain('RavenDB');
});
