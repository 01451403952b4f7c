import { sqliteKey } from '@nestjs-spark/contracts/internal';
import type { RecordState } from '@nestjs-spark/sqlite/internal';

/** One node's records in some buckets, and how far it had applied the log before reading them. */
export interface Side {
  /** For each origin, the number up to which its events are in the log and applied. */
  readonly applied: Readonly<Record<string, number>>;
  readonly records: readonly RecordState[];
}

/** `head`: different events; `content`: the same events but a different row; `gone`: only one side has the record. */
export type DriftKind = 'head' | 'content' | 'gone';

interface Shown {
  head: string | null;
  hash: string | null;
}

/** A record that differs between two nodes although each has applied everything that the other shows. */
export interface Difference {
  recordId: string;
  kind: DriftKind;
  here: Shown;
  there: Shown;
}

/** The differences between two nodes, and how many records differ only because events have not been applied on both sides yet. */
export function compareRecords(here: Side, there: Side): { differences: Difference[]; inFlight: number } {
  const others = new Map(there.records.map((record) => [keyOf(record), record]));
  const own = new Map(here.records.map((record) => [keyOf(record), record]));
  const differences: Difference[] = [];
  let inFlight = 0;
  for (const key of new Set([...own.keys(), ...others.keys()])) {
    const [one, other] = [own.get(key) ?? null, others.get(key) ?? null];
    const kind = kindOf(one, other);
    if (kind === null) continue;
    if (
      isOnItsWay(one, there) ||
      isOnItsWay(other, here) ||
      isUnsettled(one, here, there) ||
      isForgotten(one, other)
    )
      inFlight++;
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

/** Whether the other side has not applied one of the heads yet, so that its record says nothing about it. */
function isOnItsWay(record: RecordState | null, { applied }: Side): boolean {
  return namesIn(record).some(({ origin, number }) => number > (applied[origin] ?? 0));
}

/** The content of a conflict also depends on resolutions, which may not have been applied yet. */
function isUnsettled(record: RecordState | null, { applied: here }: Side, { applied: there }: Side): boolean {
  if (namesIn(record).length < 2) return false;
  const origins = new Set([...Object.keys(here), ...Object.keys(there)]);
  return [...origins].some((origin) => here[origin] !== there[origin]);
}

/** A delete is forgotten at a place in the log that one side may not have read yet. */
function isForgotten(one: RecordState | null, other: RecordState | null): boolean {
  const isAbsent = (record: RecordState | null) => (record?.heads ?? '') === '';
  return (isAbsent(one) || isAbsent(other)) && (one?.hash ?? null) === null && (other?.hash ?? null) === null;
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
  return sqliteKey(recordId);
}
