import { connect } from 'node:net';
import type { AddressSource, Source } from './source.ts';
import type { Refusal, Way } from './search.ts';

/** The first address of a comma-separated list, with a scheme. */
export function firstAddress(list: string | undefined, scheme: string): string | undefined {
  const first = list
    ?.split(',')
    .map((entry) => entry.trim())
    .find(Boolean);
  if (!first) return undefined;
  return first.includes('://') ? first : `${scheme}://${first}`;
}

/** Something else may listen there. */
const PROTOCOLS: Partial<Record<string, readonly string[]>> = {
  nats: ['nats:', 'tls:'],
  http: ['http:', 'https:'],
};

/** A server whose address is in the environment: used as it is. If nothing listens there, no other takes its place. */
export function addressWay(
  env: NodeJS.ProcessEnv,
  variable: string,
  scheme: string,
  port: number,
): Way<Source> {
  return {
    name: `an address in ${variable}`,
    async look(): Promise<AddressSource | Refusal> {
      const url = firstAddress(env[variable], scheme);
      if (!url) return { refused: 'not set', remedy: `set ${variable} to a server that runs` };
      if (!URL.canParse(url) || !(PROTOCOLS[scheme]?.includes(new URL(url).protocol) ?? true)) {
        return {
          refused: `the value of ${variable} is not an address of such a server`,
          remedy: `set ${variable} to ${scheme}://HOST:${port}, or unset it`,
          final: true,
        };
      }
      const { hostname, port: given } = new URL(url);
      const usual = url.startsWith('https:') ? 443 : url.startsWith('http:') ? 80 : port;
      const problem = await listens(hostname.replace(/^\[|\]$/g, ''), Number(given) || usual);
      if (problem === undefined) return { kind: 'address', way: variable, url };
      return {
        refused: `${withoutCredentials(url)} does not answer: ${problem}`,
        remedy: `start it, or unset ${variable}`,
        final: true,
      };
    },
  };
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}

async function listens(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (problem?: string) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(5_000, () => answer('no connection within 5 s'));
    socket.on('connect', () => answer());
    socket.on('error', (error: NodeJS.ErrnoException) => answer(error.code ?? error.message));
  });
}
