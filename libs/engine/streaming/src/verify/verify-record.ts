import { VersionConflictError, type Etag } from '@nestjs-spark/contracts';
import type { StateStore, Versioned } from '@nestjs-spark/contracts/internal';
import {
  isBoolean,
  isListOf,
  isNullOr,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  nameKey,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import type { Depth } from './expected.ts';
import type { FindingKind } from './judge-copy.ts';

const COLLECTION = 'SparkVerifications';
const MOST_EXAMPLES = 100;

/** A copy that is not what it should be. */
export interface Finding {
  /** The copy's id. */
  id: string;
  /** The owner's document. */
  document: string;
  kind: FindingKind;
  reason: string;
}

/** The counts; all but `checked` are subsets of it. */
export interface VerifyFigures {
  checked: number;
  equal: number;
  missing: number;
  stale: number;
  ghost: number;
  foreign: number;
  /** How many of those found are in order now. */
  repaired: number;
}

/** What a comparison should do. */
export interface VerifyWish {
  depth: Depth;
  repair: boolean;
}

/** The progress of one task's comparison. Stored with the copies, so that any instance can continue it. */
export interface VerifyRecord extends VerifyWish {
  state: 'running' | 'waiting' | 'done';
  /** What it waits for; null: nothing. */
  reason: string | null;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number | null;
  /** `documents`: going through the owner's documents; `copies`: going through what is here without a document. */
  phase: 'documents' | 'copies';
  /** The reading of the source whose copies are compared; a different one restarts the comparison. */
  incarnation: string | null;
  /** The source's last etag when the comparison began: later changes are replicated anyway. */
  sourceEtag: Etag | null;
  /** Everything up to this etag is compared. */
  position: Etag;
  figures: VerifyFigures;
  examples: Omit<Finding, 'document'>[];
  /** Documents whose copies looked wrong and are to be checked again. */
  suspects: string[];
  /** Findings that are being repaired. */
  open: Finding[];
  /** The ghosts in `figures.repaired`. They are gone, so restarting the phase `copies` does not find them again. */
  repairedGhosts: number;
}

const FIGURES: Guard<VerifyFigures> = isObjectOf({
  checked: isWhole,
  equal: isWhole,
  missing: isWhole,
  stale: isWhole,
  ghost: isWhole,
  foreign: isWhole,
  repaired: isWhole,
});
/** Of any length, as the ids in it: a comparison whose record does not count would be gone without a word. */
const isAnyText = isText(Infinity);
const FINDING = {
  id: isAnyText,
  kind: isOneOf('missing', 'stale', 'ghost', 'foreign'),
  reason: isAnyText,
};

const isRecord: Guard<VerifyRecord> = isObjectOf({
  depth: isOneOf('content', 'ids'),
  repair: isBoolean,
  state: isOneOf('running', 'waiting', 'done'),
  reason: isNullOr(isText()),
  startedAt: isWhole,
  endedAt: isNullOr(isWhole),
  phase: isOneOf('documents', 'copies'),
  incarnation: isNullOr(isText()),
  sourceEtag: isNullOr(isWhole),
  position: isWhole,
  figures: FIGURES,
  examples: isListOf(isObjectOf(FINDING)),
  suspects: isListOf(isAnyText, Infinity),
  // A document may have thousands of copies.
  open: isListOf(isObjectOf({ ...FINDING, document: isAnyText }), Infinity),
  repairedGhosts: isWhole,
});

function newRecord({ depth, repair }: VerifyWish, now: number): VerifyRecord {
  return {
    depth,
    repair,
    state: 'running',
    reason: null,
    startedAt: now,
    endedAt: null,
    ...BEGINNING,
    incarnation: null,
    sourceEtag: null,
  };
}

/** The same comparison from its beginning, for another reading of the source. */
export function begun(record: VerifyRecord, incarnation: string, sourceEtag: Etag): VerifyRecord {
  return { ...record, ...BEGINNING, incarnation, sourceEtag };
}

const BEGINNING = {
  phase: 'documents',
  position: 0,
  figures: { checked: 0, equal: 0, missing: 0, stale: 0, ghost: 0, foreign: 0, repaired: 0 },
  examples: [],
  suspects: [],
  open: [],
  repairedGhosts: 0,
} as const satisfies Partial<VerifyRecord>;

/** Adds copies that are in order, and findings, to the figures. */
export function counted(
  { figures, examples, ...rest }: VerifyRecord,
  equal: number,
  findings: readonly Finding[],
): VerifyRecord {
  const next = {
    ...figures,
    checked: figures.checked + equal + findings.length,
    equal: figures.equal + equal,
  };
  for (const { kind } of findings) next[kind]++;
  const shown = new Set(examples.map(({ id, kind }) => `${kind} ${id}`));
  const more = findings
    .filter(({ id, kind }) => !shown.has(`${kind} ${id}`))
    .map(({ id, kind, reason }) => ({ id, kind, reason }));
  return { ...rest, figures: next, examples: [...examples, ...more].slice(0, MOST_EXAMPLES) };
}

/** For restarting the phase `copies`, which has no position: remaining ghosts are found and counted again. */
export function withoutGhosts(record: VerifyRecord): VerifyRecord {
  const { figures, examples, repair, repairedGhosts } = record;
  const left = figures.ghost - repairedGhosts;
  return {
    ...record,
    figures: { ...figures, checked: figures.checked - left, ghost: repairedGhosts },
    // With repair, most examples are of ghosts that are gone and not found again.
    examples: repair ? examples : examples.filter(({ kind }) => kind !== 'ghost'),
  };
}

/** Stores the comparisons of tasks, one per task. */
export class VerifyRecords {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  async read(name: string): Promise<Versioned<VerifyRecord> | null> {
    const stored = await this.#state.read<VerifyRecord>(recordId(name));
    return stored && isRecord(stored.value) ? stored : null;
  }

  /** @throws {VersionConflictError} when it is not at `expected` */
  write(name: string, record: VerifyRecord, expected: string | null): Promise<string> {
    return this.#state.write(recordId(name), COLLECTION, record, expected);
  }

  /** Begins a comparison, unless one is running; returns the current one. Replaces anything that is not a valid record. */
  async begin(name: string, wish: VerifyWish): Promise<Versioned<VerifyRecord>> {
    for (;;) {
      const stored = await this.#state.read<VerifyRecord>(recordId(name));
      if (stored && isRecord(stored.value) && stored.value.state !== 'done') return stored;
      const value = newRecord(wish, Date.now());
      try {
        const version = await this.write(name, value, stored?.version ?? null);
        return { id: recordId(name), value, version };
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
  }

  async forget(name: string): Promise<void> {
    await this.#state.remove(recordId(name));
  }
}

function recordId(name: string): string {
  return `sparkVerifications/${nameKey(name)}`;
}
