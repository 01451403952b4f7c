import type { MissingServer, ServerName } from '@nestjs-spark/servers';

/** Why a server is not available, and what helps. Pure. */
export function describeMissing({
  server,
  reason,
  remedy,
}: Pick<MissingServer, 'server' | 'reason' | 'remedy'>): string {
  return `${server} is not available. ${reason}${remedy === null ? '' : `\nRemedy: ${remedy}`}`;
}

/** Why a server is not where one looks for it first; null if it is. Pure. */
export function describePort(server: string, url: string, usual: number): string | null {
  const { port } = new URL(url);
  return Number(port) === usual ? null : `Port ${usual} is in use: ${server} listens on ${port}.`;
}

/** What is said before servers that did start are stopped; null if there is none. Pure. */
export function describeStopping(started: readonly ServerName[]): string | null {
  if (started.length === 0) return null;
  const command = `npx @nestjs-spark/cli servers ${started.join(' ')}`;
  return `Stopping ${started.join(' and ')} again. To run without the others: ${command}`;
}
