import { readFile } from 'node:fs/promises';
import type { Member } from './member.ts';
import type { SecuredServers } from './secured.ts';

const OPEN = ['/health/live', '/health/ready', '/metrics', '/api-json', '/spark/replication'];
const OPERATORS = ['/spark/replication', '/spark/replication/Fleet/Cars/freshness', '/spark/dead-letters'];

/** Where secrets could show after a story: logs, answers, documents, and every message on the bus. */
export async function placesOf(
  members: readonly Member[],
  secured: SecuredServers,
): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  for (const member of members) {
    places.set(`the log of ${member.name}`, await readFile(member.logFile, 'utf8'));
    places.set(`the documents of ${member.name}`, await member.database.dump());
    for (const path of OPEN) places.set(`${member.name}${path}`, textOf(await member.ask(path)));
    for (const path of OPERATORS)
      places.set(`${member.name}${path}, asked by an operator`, textOf(await member.operate(path)));
    const wrong = await member.ask('/spark/dead-letters', { headers: { authorization: 'Bearer wrong' } });
    places.set(`${member.name}, a refusal`, textOf(wrong));
  }
  for (const [stream, text] of await secured.busMessages()) places.set(`the stream ${stream}`, text);
  return places;
}

/** Which of the secrets are in which place; the secrets by what they are. */
export function secretsIn(
  places: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, string>,
): string[] {
  return [...places].flatMap(([place, text]) =>
    [...secrets].filter(([, secret]) => text.includes(secret)).map(([what]) => `${what} in ${place}`),
  );
}

function textOf({ headers, body }: { headers: Headers; body: unknown }): string {
  return `${JSON.stringify([...headers.entries()])}\n${typeof body === 'string' ? body : JSON.stringify(body)}`;
}
