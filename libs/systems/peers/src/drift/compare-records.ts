import type { RecordState } from '@nestjs-spark/sqlite/internal';

/** One node's records of some buckets, and what it knew of the log before it read them. */
export interface Side {
  /** Up to which number the events of an origin are in the log and applied. */
  readonly applied: Readonly<Record<string, number>>;
  readonly records: readonly RecordState[];
}

/** `head`: other events; `content`: the same events and another row; `gone`: only one side has it. */
export type DriftKind = 'head' | 'content' | 'gone';

interface Shown {
  head: string | null;
  hash: string | null;
}

/** A record in which two nodes differ although each has applied all that the other shows. */
export interface Difference {
  recordId: string;
  kind: DriftKind;
  here: Shown;
  there: Shown;
}

/** The differences of two nodes, and how many records differ only because events are still on their way. */
export function compareRecords(here: Side, there: Side): { differences: Difference[]; inFlight: number } {
  const others = new Map(there.records.map((record) => [keyOf(record), record]));
  const own = new Map(here.records.map((record) => [keyOf(record), record]));
  const differences: Difference[] = [];
  let inFlight = 0;
  for (const key of new Set([...own.keys(), ...others.keys()])) {
    const [one, other] = [own.get(key) ?? null, others.get(key) ?? null];
    const kind = kindOf(one, other);
    if (kind === null) continue;
    if (isOnItsWay(one, there) || isOnItsWay(other, here) || isUnsettled(one, here, there)) inFlight++;
    else
      differences.push({
        recordId: (one ?? other)?.recordId ?? '',
        kind,
        here: shown(one),
        there: shown(other),
      });
  }
  return { differences, inFlight };
}

function kindOf(one: RecordState | null, other: RecordState | null): DriftKind | null {
  const [heads, otherHeads] = [one?.heads ?? '', other?.heads ?? ''];
  const [content, otherContent] = [one?.hash ?? null, other?.hash ?? null];
  if (heads === otherHeads && content === otherContent) return null;
  if (heads === '' || otherHeads === '') return 'gone';
  if (heads !== otherHeads) return 'head';
  return content === null || otherContent === null ? 'gone' : 'content';
}

/** Whether the other side has not applied one of the heads: its records say nothing about them yet. */
function isOnItsWay(record: RecordState | null, { applied }: Side): boolean {
  return namesIn(record).some(({ origin, number }) => number > (applied[origin] ?? 0));
}

/** What a conflict looks like rests on resolutions, too, which may be on their way. */
function isUnsettled(record: RecordState | null, { applied: here }: Side, { applied: there }: Side): boolean {
  if (namesIn(record).length < 2) return false;
  const origins = new Set([...Object.keys(here), ...Object.keys(there)]);
  return [...origins].some((origin) => here[origin] !== there[origin]);
}

function namesIn(record: RecordState | null): { origin: string; number: number }[] {
  if (!record || record.heads === '') return [];
  return record.heads.split(',').map((name) => {
    const [origin = '', number = ''] = name.split(':');
    return { origin, number: Number(number) };
  });
}

function shown(record: RecordState | null): Shown {
  return { head: record?.heads || null, hash: record?.hash ?? null };
}

function keyOf({ recordId }: RecordState): string {
  return recordId.toLowerCase();
}
