import { connect } from 'node:net';
import { type Agent, request } from 'undici';
import { isAtLeast } from '../find/version.ts';
import { nats } from '../fetch/pins.ts';

/** Returns why a server is not ready yet; undefined when it is. */
export type Probe = (port: number) => Promise<string | undefined>;

export const ravenDbProbe: Probe = (port) => askVersion(`http://127.0.0.1:${port}`);

/** Probes a RavenDB over https; `agent` makes the connections. */
export function securedRavenDbProbe(agent: Agent): Probe {
  return (port) => askVersion(`https://127.0.0.1:${port}`, agent);
}

async function askVersion(url: string, dispatcher?: Agent): Promise<string | undefined> {
  try {
    const answer = await request(`${url}/build/version`, {
      signal: AbortSignal.timeout(5_000),
      ...(dispatcher ? { dispatcher } : {}),
    });
    await answer.body.dump();
    return answer.statusCode < 300 ? undefined : `it answers ${answer.statusCode}`;
  } catch {
    return 'it does not answer yet';
  }
}

/** A NATS server greets with one INFO line, which includes its version and whether it has JetStream. */
export const natsProbe: Probe = async (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let greeting = '';
    const answer = (problem?: string) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(5_000, () => answer('it sends no greeting'));
    socket.on('error', () => answer('it does not answer yet'));
    socket.on('close', () => answer('it closes the connection'));
    socket.on('data', (chunk) => {
      greeting += chunk.toString();
      const end = greeting.indexOf('\r\n');
      if (end >= 0) answer(problemIn(greeting.slice(0, end)));
    });
  });

/** What is wrong with a NATS server, judging by its greeting. */
export function problemIn(greeting: string): string | undefined {
  if (!greeting.startsWith('INFO '))
    return `it is not a NATS server (it greets with "${greeting.slice(0, 40)}")`;
  const info = JSON.parse(greeting.slice(5)) as { version?: string; jetstream?: boolean };
  if (!isAtLeast(info.version ?? '', nats.atLeast))
    return `it is ${info.version}, older than ${nats.atLeast}`;
  return info.jetstream === true ? undefined : 'JetStream is not enabled yet';
}

/** A broker answers this request (`ApiVersions`) once it takes part in the cluster. */
export const kafkaProbe: Probe = (port) =>
  ask(port, Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]), () => undefined);

/** PostgreSQL accepts the connection (`R`), or reports with an error why not yet. */
export const postgresProbe: Probe = (port) => {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length);
  head.writeInt32BE(3 << 16, 4);
  const isReady = (answer: Buffer) => (answer[0] === 'R'.charCodeAt(0) ? undefined : 'it is still starting');
  return ask(port, Buffer.concat([head, parameters]), isReady);
};

/** Sends a request and judges the first chunk of the response. */
async function ask(
  port: number,
  question: Buffer,
  judge: (answer: Buffer) => string | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(question));
    const answer = (problem?: string) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(5_000, () => answer('it does not answer'));
    socket.on('error', () => answer('it does not answer yet'));
    socket.on('close', () => answer('it closes the connection'));
    socket.on('data', (chunk: Buffer) => answer(judge(chunk)));
  });
}
