import type { Finding } from './options.ts';
import type { Refusal } from './search.ts';

/** What fetches the servers, for those who ran something that does not. */
const servers = (name: string) => `npx @nestjs-spark/cli servers ${name}`;

/**
 * Nothing was fetched before. A search that fetches goes on to the ways that do; any other names the command.
 * @param fetchedBy the command, for what is fetched for tests alone
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
