import { describe, expect, it } from '@jest/globals';
import { LogFullError } from '@nestjs-spark/contracts/internal';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { toPortError } from './failures.ts';
import { describeAway, describeProblem, JetStreamRefusedError } from './refusals.ts';

const NATS = 'NATS (127.0.0.1:4222)';

function api(code: number, status: number, description: string): JetStreamApiError {
  return new JetStreamApiError({ err_code: code, code: status, description });
}

it('A server without TLS is not reported as away', () => {
  const away = describeAway(NATS, new Error("server does not support 'tls'"));
  expect(away).toMatch(
    /cannot be reached \(server does not support 'tls'\): turn TLS on .* leave out NATS_CA/,
  );
});

describe('What JetStream refuses is said with its remedy', () => {
  const table: [string, unknown, RegExp][] = [
    [
      'no room on the server',
      api(10047, 500, 'insufficient storage resources available'),
      /no room left .* raise the limit/,
    ],
    [
      'no room in the account',
      api(10002, 400, 'resource limits exceeded for account'),
      /account's limits are reached/,
    ],
    ['no memory', api(10028, 500, 'insufficient memory resources available'), /max_mem/],
    ['too many streams', api(10027, 400, 'maximum number of streams reached'), /max_streams/],
    ['too many consumers', api(10026, 400, 'maximum consumers limit reached'), /max_consumers/],
    [
      'no majority',
      api(10008, 503, 'JetStream system temporarily unavailable'),
      /most servers of the cluster are away/,
    ],
    [
      'no server to place it on',
      api(10005, 400, 'no suitable peers for placement'),
      /start those that are missing/,
    ],
    [
      'several replicas without a cluster',
      api(10074, 500, 'replicas > 1 not supported'),
      /not part of a cluster/,
    ],
    [
      'a bound on every stream',
      api(10113, 400, 'account requires a stream config to have max bytes set'),
      /max_bytes_required/,
    ],
    ['a bound on one stream', api(10122, 400, 'stream max bytes exceeds account limit'), /max_stream_bytes/],
    ['not for this account', api(10039, 503, 'not enabled for account'), /enable it/],
    ['a message too large', api(10054, 400, 'message size exceeds maximum allowed'), /max_msg_size/],
    ['turned off after a failure', api(10076, 503, 'JetStream not enabled'), /restart it/],
    ['an error of the server that nobody knows', api(19999, 500, 'odd'), /odd \(19999\)/],
    [
      'no right to publish',
      new errors.PermissionViolationError('denied', 'publish', '$KV.X'),
      /allow this user to publish to \$KV\.X/,
    ],
    [
      'no JetStream',
      new errors.NoRespondersError('$JS.API.INFO'),
      /nothing answers for JetStream .* its domain/,
    ],
    [
      'a stream that is gone',
      new errors.NoRespondersError('$KV.SPARK_LEASES.x'),
      /no stream takes \$KV\.SPARK_LEASES\.x/,
    ],
  ];

  it.each(table)('%s', (_what, error, says) => {
    const said = toPortError(NATS, new errors.RequestError('as the client wraps it', { cause: error }));
    const plain = toPortError(NATS, error);
    expect(plain).toBeInstanceOf(JetStreamRefusedError);
    expect(String(plain)).toMatch(says);
    expect(String(plain)).not.toMatch(/cannot be reached/);
    expect(String(said)).toMatch(says);
  });

  it.each([
    [10059, 404, 'stream not found'],
    [10071, 400, 'wrong last sequence: 4'],
    [10058, 400, 'stream name already in use'],
    [10052, 400, 'invalid stream config'],
  ])('%i is left to whoever asked', (code, status, description) => {
    const error = api(code, status, description);
    expect(toPortError(NATS, error)).toBe(error);
  });

  it('what a caller made of it stays: a full log is not an outage', () => {
    const full = new LogFullError('spark.route.fleet.hr.cars', {
      cause: api(10077, 503, 'maximum bytes exceeded'),
    });
    expect(toPortError(NATS, full)).toBe(full);
  });

  it('silence is told apart from an address at which nobody is', () => {
    expect(String(toPortError(NATS, new errors.TimeoutError()))).toMatch(
      /is connected but does not answer in time/,
    );
    expect(String(toPortError(NATS, new errors.ClosedConnectionError()))).toMatch(/cannot be reached/);
  });
});

describe('A host that is not found', () => {
  const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND foo'), { code: 'ENOTFOUND' });

  it.each([describeAway('NATS (foo:4222)', notFound), describeProblem(notFound)])(
    'is told with the variable that names it, and what that has to be: %s',
    (told) => expect(told).toMatch(/ENOTFOUND foo.*NATS_URL has a host .* nats:\/\/host:4222/),
  );

  it('is told apart from a server that is away', () => {
    expect(describeAway('NATS (a:4222)', new Error('connection refused'))).toMatch(
      /check that nats-server runs/,
    );
    expect(describeProblem(new Error('connection refused'))).toBe('connection refused');
  });
});
