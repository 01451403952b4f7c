import type { CounterCopy } from '@nestjs-spark/contracts';
import { ravenKey } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';

interface CountersAnswer {
  /** Null for what is not there. */
  Counters: ({ DocumentId: string; CounterName: string; TotalValue: string } | null)[];
}

const DOCUMENTS_PER_CALL = 256;

/** Counters' totals over all nodes, in the order asked for; those that are not there are left out. */
export async function readCounters(
  http: RavenHttp,
  wanted: { id: string; names: string[] }[],
): Promise<CounterCopy[][]> {
  const found: CounterCopy[][] = [];
  for (let at = 0; at < wanted.length; at += DOCUMENTS_PER_CALL) {
    const some = wanted.slice(at, at + DOCUMENTS_PER_CALL);
    const values = await ask(http, some);
    for (const { id, names } of some) {
      found.push(
        names.flatMap((name) => {
          const value = values.get(keyOf(id, name));
          return value === undefined ? [] : [{ name, value }];
        }),
      );
    }
  }
  return found;
}

async function ask(http: RavenHttp, wanted: { id: string; names: string[] }[]): Promise<Map<string, string>> {
  const Documents = wanted
    .filter(({ names }) => names.length > 0)
    .map(({ id, names }) => ({
      DocumentId: id,
      Operations: names.map((CounterName) => ({ Type: 'Get', CounterName })),
    }));
  if (Documents.length === 0) return new Map();
  const { body } = await http.request({
    method: 'POST',
    path: http.path('/counters'),
    body: JSON.stringify({ Documents }),
  });
  const { Counters } = parseWithExact<CountersAnswer>(body.toString('utf8'), 'TotalValue');
  return new Map(
    Counters.filter((counter) => counter !== null).map((counter) => [
      keyOf(counter.DocumentId, counter.CounterName),
      counter.TotalValue,
    ]),
  );
}

function keyOf(id: string, name: string): string {
  return `${ravenKey(id)}\0${ravenKey(name)}`;
}

/** Parses JSON and keeps the whole numbers of one member as their text: counters go beyond what a double holds. */
function parseWithExact<T>(json: string, member: string): T {
  // The reviver's third argument is of ES2025; the compiler's library does not know it yet.
  const revive = (key: string, value: unknown, context?: { source?: string }): unknown =>
    key === member && typeof value === 'number' ? (context?.source ?? String(value)) : value;
  return JSON.parse(json, revive) as T;
}
