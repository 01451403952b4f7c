import type { RunningServers } from '@nestjs-spark/servers';

/** What a test run needs to know about the servers. */
export type ServersOfRun = Pick<RunningServers, 'ravendb' | 'nats' | 'kafka' | 'postgres' | 'missing'>;

/** The variables by which the specs find the servers of the run, and why some are missing. */
export function testEnvironment({
  ravendb,
  nats,
  kafka,
  postgres,
  missing,
}: ServersOfRun): Record<string, string> {
  const own = Object.entries({ ravendb, nats, kafka, postgres }).flatMap(([name, server]) =>
    server?.handle ? [name] : [],
  );
  return {
    SPARK_TEST_RAVENDB_URL: ravendb?.url ?? '',
    SPARK_TEST_NATS_URL: nats?.url ?? '',
    SPARK_TEST_KAFKA_BROKERS: kafka ? new URL(kafka.url).host : '',
    SPARK_TEST_POSTGRES_URL: postgres?.url ?? '',
    SPARK_TEST_OWN_SERVERS: own.join(','),
    // Short, since it is shown after each suite. The reason is given once, at the end.
    SPARK_TEST_LEFT_OUT: missing.length > 0 ? 'is not available here' : 'this run was given an address',
  };
}
