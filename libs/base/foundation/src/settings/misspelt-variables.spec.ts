import { describe, expect, it } from '@jest/globals';
import { misspeltVariables } from './misspelt-variables.ts';

const told = (...names: string[]) => misspeltVariables(Object.fromEntries(names.map((name) => [name, 'x'])));

describe('A variable that nobody reads', () => {
  it.each([
    ['SPARK_STOER', 'SPARK_STORE'],
    ['SPARK_MODUL_NAME', 'SPARK_MODULE_NAME'],
    ['SPARK_LOGLEVEL', 'SPARK_LOG_LEVEL'],
    ['NATS_ULR', 'NATS_URL'],
    ['NATS_PASWORD_FILE', 'NATS_PASSWORD_FILE'],
    ['RAVENDB_URL', 'RAVENDB_URLS'],
    ['SPARK_OPERATER_TOKEN_FILE', 'SPARK_OPERATOR_TOKEN_FILE'],
  ])('%s: is told with the name that was meant', (given, meant) => {
    expect(told(given)).toEqual([`${given} is not read: did you mean ${meant}? Rename or unset it`]);
  });

  it('is left in peace where no known name is near, and where it belongs to Apache Spark', () => {
    const foreign = [
      'HOME',
      'CONF_DIR',
      'LOG_DIR',
      'PID_DIR',
      'USER',
      'LOCAL_IP',
      'LOCAL_DIRS',
      'PUBLIC_DNS',
    ];
    const cluster = [
      'MASTER_HOST',
      'MASTER_PORT',
      'WORKER_CORES',
      'WORKER_DIR',
      'DAEMON_MEMORY',
      'IDENT_STRING',
    ];
    const others = [
      'EXECUTOR_MEMORY',
      'DRIVER_MEMORY',
      'SUBMIT_OPTS',
      'DIST_CLASSPATH',
      'REMOTE',
      'OF_MY_OWN',
    ];
    expect(told(...[...foreign, ...cluster, ...others].map((name) => `SPARK_${name}`))).toEqual([]);
  });

  it('is ignored where it belongs to NATS or comes from Kubernetes', () => {
    const others = [
      'NATS_NKEY',
      'NATS_CREDS',
      'NATS_CONTEXT',
      'NATS_PORT',
      'NATS_SERVICE_HOST',
      'NATS_SERVICE_PORT',
    ];
    expect(told(...others, 'NATS_PORT_4222_TCP', 'RAVENDB_PORT', 'RAVENDB_SERVICE_HOST')).toEqual([]);
  });

  it('is told only when it has a value and the prefix', () => {
    expect(
      misspeltVariables({ SPARK_STOER: '', SPARK_STROE: undefined, STORE: 'x', spark_store: 'x' }),
    ).toEqual([]);
  });
});

describe('A variable that is read', () => {
  it('is never told: a secret in a file and the token of any backend neither', () => {
    expect(
      told(
        'SPARK_STORE',
        'SPARK_OPERATOR_TOKEN_FILE',
        'NATS_URL',
        'NATS_NKEY_SEED_FILE',
        'RAVENDB_URLS',
        'SPARK_JOBS_BACKEND_CHECKED_TOKEN',
        'SPARK_JOBS_BACKEND_CHECKER_TOKEN',
        'SPARK_TEST_SEEDS',
      ),
    ).toEqual([]);
  });
});
