import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testServers } from './describe-with-servers.ts';

describe('testServers', () => {
  const before = { ...process.env };
  beforeEach(() => {
    process.env['SPARK_TEST_RAVENDB_URL'] = 'http://127.0.0.1:1';
    delete process.env['SPARK_TEST_NATS_URL'];
  });
  afterEach(() => {
    process.env = { ...before };
  });

  it('answers the address of a server that is there', () => {
    expect(testServers().ravendbUrl).toBe('http://127.0.0.1:1');
  });

  it('names the variable of a server that is not there', () => {
    expect(() => testServers().natsUrl).toThrow('SPARK_TEST_NATS_URL is not set');
  });
});
