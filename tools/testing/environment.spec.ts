import { describe, expect, it } from '@jest/globals';
import type { RunningServer } from '@nestjs-spark/servers';
import { testEnvironment } from './environment.ts';

const given: RunningServer = { url: 'nats://there', way: 'NATS_URL', handle: undefined };

describe('the environment of the specs', () => {
  it('names an address that was given, and does not call it our own', () => {
    const environment = testEnvironment({ ravendb: undefined, nats: given, missing: [] });
    expect(environment).toMatchObject({ SPARK_TEST_NATS_URL: 'nats://there', SPARK_TEST_OWN_SERVERS: '' });
  });

  it('says that a server is missing', () => {
    const missing = [
      { server: 'ravendb' as const, reason: 'no .NET', remedy: 'install .NET', brief: 'no .NET' },
    ];
    expect(testEnvironment({ ravendb: undefined, nats: given, missing })).toMatchObject({
      SPARK_TEST_RAVENDB_URL: '',
      SPARK_TEST_LEFT_OUT: 'is not available here',
    });
  });
});
