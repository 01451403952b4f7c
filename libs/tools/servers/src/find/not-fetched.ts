import type { Finding } from './options.ts';
import type { Refusal } from './search.ts';

/** The command that fetches the servers, for users of one that does not. */
const servers = (name: string) => `npx @nestjs-spark/cli servers ${name}`;

/**
 * Nothing was fetched earlier. A search that may fetch continues with the ways that do; any other names the command.
 * @param fetchedBy the command, for what is only fetched for tests
 */
export function notFetched(
  { mayFetch }: Pick<Finding, 'mayFetch'>,
  name: string,
  fetchedBy = servers(name),
): Refusal {
  return { refused: 'not fetched yet', remedy: fetchRemedy(mayFetch, fetchedBy) };
}

export function fetchRemedy(mayFetch: boolean, fetchedBy: string): string {
  return mayFetch
    ? 'make one of the ways below work, which fetch it'
    : `run \`${fetchedBy}\`, which fetches it`;
}
