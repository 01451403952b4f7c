import { type PeerEvent, textOf } from '../src/merge/event.ts';
import type { ConflictResolver } from '../src/merge/resolve.ts';
import { expireDeletes } from '../src/expire/expire-deletes.ts';
import { receiveEvents } from '../src/receive/receive-events.ts';
import { lowWaterOf } from '../src/trim/low-water.ts';
import { MemoryFile } from './memory-file.ts';
import type { LogMessage } from './simulated-log.ts';

export const BOARDS = 'Boards';
export const NOTES = 'Notes';

export interface Replica {
  name: string;
  file: MemoryFile;
}

/** The final state of a run. */
export interface Outcome {
  said: readonly LogMessage[];
  replicas: readonly Replica[];
  /** Writes that were acknowledged to an application, on disks that still exist. */
  acknowledged: readonly PeerEvent[];
}

/** Keeps every tag that was ever added. */
const UNION: ConflictResolver<object> = {
  version: 1,
  resolve({ current, incoming }) {
    const tags = [current, incoming].flatMap((one) => (one as { tags?: string[] } | null)?.tags ?? []);
    return { type: 'put', document: { tags: [...new Set(tags)].toSorted() } };
  },
};

export const policyOf = (entity: string) => (entity === BOARDS ? UNION : null);

/** The violations in words; empty if there are none. */
export function violationsOf(outcome: Outcome): string[] {
  const checks = [unequal, otherLowWater, numbersUsedTwice, otherThanTheLog, lostWrites, lostTags, backAgain];
  return checks.flatMap((check) => check(outcome));
}

function unequal({ replicas }: Outcome): string[] {
  const [first, ...rest] = replicas.map(({ name, file }) => ({ name, state: file.state().join('\n') }));
  return rest
    .filter(({ state }) => state !== first?.state)
    .map(({ name }) => `${name} differs from ${first?.name}`);
}

/** The low water mark is computed from the log alone, so all must agree. */
function otherLowWater({ replicas }: Outcome): string[] {
  const marks = replicas.map(({ name, file }) => `${name}: ${lowWaterOf(file)}`);
  return new Set(marks.map((mark) => mark.split(': ')[1])).size > 1 ? [`low water ${marks.join(', ')}`] : [];
}

function numbersUsedTwice({ said }: Outcome): string[] {
  const contents = new Map<string, string>();
  return said
    .filter(({ isForged }) => !isForged)
    .flatMap(({ events }) => events)
    .flatMap((event) => {
      const name = `${event.origin}:${event.number}`;
      const content = JSON.stringify(event);
      const before = contents.get(name);
      contents.set(name, content);
      return before === undefined || before === content ? [] : [`${name} has two contents`];
    });
}

/** A file that only reads shows what the log amounts to. */
function otherThanTheLog({ said, replicas }: Outcome): string[] {
  const reader = new MemoryFile();
  for (const message of said) {
    receiveEvents(reader, message, policyOf, () => 'reader');
    if (message.expire !== undefined) expireDeletes(reader, message.expire, policyOf);
  }
  const expected = reader.state().join('\n');
  return replicas
    .filter(({ file }) => file.state().join('\n') !== expected)
    .map(({ name }) => `${name} is not what the log says`);
}

function lostWrites({ said, acknowledged }: Outcome): string[] {
  const published = new Set(said.flatMap(({ events }) => events).map(meaningOf));
  return acknowledged
    .filter((event) => !published.has(meaningOf(event)))
    .map(({ origin, number }) => `${origin}:${number} was acknowledged and is nowhere`);
}

function lostTags({ said, replicas }: Outcome): string[] {
  const boards = said.flatMap(({ events }) => events).filter(({ entity }) => entity === BOARDS);
  // Nobody deletes boards, but a node that was away for too long sets aside what it has not published.
  const aside = replacedBy(boards, ({ operation }) => operation === 'DELETE');
  const gone = new Set([...aside].flatMap(({ data }) => tagsOf(data)));
  return [...Map.groupBy(boards, ({ recordId }) => recordId)].flatMap(([recordId, events]) => {
    const added = [...new Set(events.flatMap(({ data }) => tagsOf(data)))].filter((tag) => !gone.has(tag));
    return replicas
      .filter(({ file }) => !hasAll(tagsOf(file.shown(BOARDS, recordId)), added))
      .map(({ name }) => `${name} lost a tag of ${recordId}`);
  });
}

/** No replica shows what a delete has replaced. */
function backAgain({ said, replicas }: Outcome): string[] {
  const events = said.filter(({ isForged }) => !isForged).flatMap((message) => message.events);
  const deleted = replacedBy(events, ({ entity, operation }) => entity === NOTES && operation === 'DELETE');
  const contents = new Set([...deleted].map(({ recordId, data }) => JSON.stringify([recordId, data])));
  return replicas.flatMap(({ name, file }) =>
    file
      .records(NOTES)
      .filter(({ recordId, data }) => contents.has(JSON.stringify([recordId, data])))
      .map(({ recordId }) => `${name} shows what was deleted of ${recordId}`),
  );
}

/** The events that some have seen, directly or through others. */
function replacedBy(
  events: readonly PeerEvent[],
  isOne: (event: PeerEvent) => boolean,
): ReadonlySet<PeerEvent> {
  const byName = new Map(events.map((event) => [textOf(event), event]));
  const seenBy = ({ sees }: PeerEvent) => sees.flatMap((name) => byName.get(textOf(name)) ?? []);
  const replaced = new Set<PeerEvent>();
  const left = events.filter(isOne).flatMap(seenBy);
  for (let event = left.pop(); event; event = left.pop()) {
    if (replaced.has(event)) continue;
    replaced.add(event);
    left.push(...seenBy(event));
  }
  return replaced;
}

function hasAll(shown: readonly string[], added: readonly string[]): boolean {
  const there = new Set(shown);
  return added.every((tag) => there.has(tag));
}

export function tagsOf(data: string | null): string[] {
  return (JSON.parse(data ?? '{"tags":[]}') as { tags: string[] }).tags;
}

/** The content of a write, whatever its number. */
export function meaningOf({ entity, recordId, operation, data }: PeerEvent): string {
  return JSON.stringify([entity, recordId, operation === 'CREATE' ? 'UPDATE' : operation, data]);
}
