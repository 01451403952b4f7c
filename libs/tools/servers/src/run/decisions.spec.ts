import { formatArguments } from './prepare.ts';
import { describe, expect, it } from '@jest/globals';
import { natsArguments, ravenDbArguments } from './arguments.ts';
import { problemIn } from './ready.ts';
import { isPortTaken } from './start-one.ts';

describe('the arguments', () => {
  it('keep RavenDB on loopback, without setup, with data and logs in its own folder', () => {
    expect(ravenDbArguments({ port: 1, dataDir: '/d' })).toEqual([
      '--ServerUrl=http://127.0.0.1:1',
      '--ServerUrl.Tcp=tcp://127.0.0.1:0',
      '--License.Eula.Accepted=true',
      '--Setup.Mode=None',
      '--DataDir=/d/data',
      '--Logs.Path=/d/logs',
    ]);
  });

  it('keep NATS on loopback with JetStream in its own folder', () => {
    expect(natsArguments({ port: 1, dataDir: '/d' })).toEqual([
      '--addr=127.0.0.1',
      '--port=1',
      '--jetstream',
      '--store_dir=/d/data',
    ]);
  });
});

describe("a NATS server's greeting", () => {
  it('tells a server that is ready', () => {
    expect(problemIn('INFO {"version":"2.15.1","jetstream":true}')).toBeUndefined();
  });

  it('tells an old server, one without JetStream, and another kind', () => {
    expect(problemIn('INFO {"version":"2.9.10","jetstream":true}')).toContain('older than 2.12.7');
    expect(problemIn('INFO {"version":"2.15.1"}')).toContain('JetStream is not enabled');
    expect(problemIn('HTTP/1.1 400')).toContain('not a NATS server');
  });
});

describe('a failed start', () => {
  it('is tried on another port only when the port was taken', () => {
    expect(isPortTaken(new Error('listen tcp 127.0.0.1:1: bind: address already in use'))).toBe(true);
    expect(isPortTaken(new Error('no space left'))).toBe(false);
  });
});

it('the id of a Kafka cluster is in one word with its option, because it may begin as an option does', () => {
  expect(formatArguments('-Ab', 'server.properties')).toContain('--cluster-id=-Ab');
});
