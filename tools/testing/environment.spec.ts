import { describe, expect, it } from '@jest/globals';
import type { RunningServer, ServerHandle } from '@nestjs-spark/servers';
import { testEnvironment } from './environment.ts';

const none = { ravendb: undefined, kafka: undefined, postgres: undefined };
const given: RunningServer = { url: 'nats://there', way: 'NATS_URL', handle: undefined };

describe('the environment of the specs', () => {
  it('names an address that was given, and does not call it our own', () => {
    const environment = testEnvironment({ ...none, nats: given, missing: [] });
    expect(environment).toMatchObject({ SPARK_TEST_NATS_URL: 'nats://there', SPARK_TEST_OWN_SERVERS: '' });
  });

  it('names a broker as its clients do, and calls a server that was started our own', () => {
    const kafka = { url: 'kafka://127.0.0.1:9092', way: 'fetched', handle: {} as ServerHandle };
    expect(testEnvironment({ ...none, nats: given, kafka, missing: [] })).toMatchObject({
      SPARK_TEST_KAFKA_BROKERS: '127.0.0.1:9092',
      SPARK_TEST_POSTGRES_URL: '',
      SPARK_TEST_OWN_SERVERS: 'kafka',
    });
  });

  it('says that a server is missing', () => {
    const missing = [
      { server: 'ravendb' as const, reason: 'no .NET', remedy: 'install .NET', brief: 'no .NET' },
    ];
    expect(testEnvironment({ ...none, nats: given, missing })).toMatchObject({
      SPARK_TEST_RAVENDB_URL: '',
      SPARK_TEST_LEFT_OUT: 'is not available here',
    });
  });
});
