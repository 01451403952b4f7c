import { setTimeout as pause } from 'node:timers/promises';
import {
  ContentRefusedError,
  NOT_DELETED,
  VersionConflictError,
  type ChangeCommand,
} from '@nestjs-spark/contracts';
import {
  UNNAMED_RULE,
  type ChangeSink,
  type Checkpoint,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';
import { applyCounted, type Contents } from './apply-counted.ts';
import { deletesUnder } from './deletes-under.ts';
import { judgeFailure, reasonOf } from './judge-failure.ts';
import { idOf, opensWith, removes, unitsOf, type Unit } from './units.ts';

/** From this many such documents in one set, fewer retries suffice: the failure is not transient. */
const CONFIRMED_IN_FULL = 3;

/** Commands on one document that the store does not accept, and why. */
export interface RefusedUnit {
  /** The copy's id. */
  id: string;
  commands: ChangeCommand[];
  reason: string;
  kind: string;
}

export interface SetToApply {
  commands: ChangeCommand[];
  checkpoint: Checkpoint;
  /** The version of the stored checkpoint, as `ChangeSink.apply` expects it. */
  expected: string | null | Promise<string | null>;
  contents?: Contents;
}

export interface Isolation {
  sink: Pick<ChangeSink, 'apply' | 'readCheckpoint' | 'copies'>;
  /** Records what was left out, before the checkpoint moves past it. */
  keep: (refused: RefusedUnit[]) => Promise<void>;
  /** As in `Pace`. */
  refusedAfterMs: readonly number[];
}

/**
 * Applies a set except for what the store does not accept. Whether a part is to blame for a failure is decided not by a list of
 * errors but by another write, of the unchanged checkpoint: if the store does not accept that either, it is an outage, and
 * nothing is left out.
 *
 * @returns the checkpoint's new version
 * @throws the set's error, when the store accepts no other write, or when this store cannot resolve it
 */
export async function applyWithoutRefused(isolation: Isolation, set: SetToApply): Promise<string> {
  const { sink } = isolation;
  const { commands, checkpoint, expected, contents } = set;
  try {
    return await sink.apply(commands, checkpoint, expected, contents);
  } catch (error) {
    const cause = judgeFailure(error);
    if (commands.length === 0 || cause === 'elsewhere' || cause === 'outage') throw error;
    const before = await probe(sink, checkpoint, await expected, error);
    return applyByParts(isolation, { ...set, before }, error);
  }
}

/**
 * Writes the unchanged checkpoint: a store that accepts this works.
 * @throws the set's own error when it does not, or when another checkpoint is stored: then another instance has to decide
 */
async function probe(
  sink: Isolation['sink'],
  after: Checkpoint,
  expected: string | null,
  error: unknown,
): Promise<StoredCheckpoint> {
  try {
    const stored = expected === null ? null : await sink.readCheckpoint(after.name);
    if (expected !== null && stored?.version !== expected) throw error;
    const checkpoint = partOf(stored?.checkpoint ?? null, after);
    return { checkpoint, version: await sink.apply([], checkpoint, expected) };
  } catch (failure) {
    throw failure instanceof VersionConflictError ? failure : error;
  }
}

/**
 * The checkpoint while only part of a set is applied: its position as before, but what determines ids and older copies already as
 * in the set. Of a new generation nothing counts as applied, so its first set is read next.
 */
function partOf(before: Checkpoint | null, after: Checkpoint): Checkpoint {
  if (before?.generation === after.generation && before.incarnation === after.incarnation)
    return { ...before, ids: after.ids, beyondAscii: after.beyondAscii };
  const { setsApplied = 0, documentsPut = 0, documentsDeleted = 0 } = before ?? {};
  const sequence = Math.max(0, after.sequence - 1);
  return {
    ...after,
    sequence,
    to: 0,
    live: false,
    swept: false,
    setsApplied,
    documentsPut,
    documentsDeleted,
  };
}

/**
 * Bisects a set to find what the store does not accept. A part that fails is halved, one that succeeds doubles the next, so one
 * refused document costs about three times the logarithm of the set, and a completely refused set about one write per document.
 *
 * The parts are written with the checkpoint unchanged, and the checkpoint moves last; an interrupted set is applied again from
 * its beginning, with the same result.
 *
 * @param first the error of the whole set
 */
async function applyByParts(
  { sink, keep, refusedAfterMs }: Isolation,
  { commands, checkpoint: after, before: begun, contents }: SetToApply & { before: StoredCheckpoint },
  first: unknown,
): Promise<string> {
  const rule = after.ids ?? UNNAMED_RULE;
  const refused: Unit[] = [];
  const kept: RefusedUnit[] = [];
  let stored = begun;
  let unclear = 0;

  const attempt = async (units: Unit[]): Promise<{ error: unknown } | null> => {
    try {
      stored = await applyCounted(sink, units.flat(), stored.checkpoint, stored.version, contents);
      return null;
    } catch (error) {
      if (judgeFailure(error) === 'elsewhere') throw error;
      return { error };
    }
  };
  /** Throws the part's error, unless the store accepts another write. */
  const requireStore = async (error: unknown): Promise<void> => {
    const cause = judgeFailure(error);
    if (cause === 'outage') throw error;
    if (cause === 'content' || (cause === 'failed' && unclear >= CONFIRMED_IN_FULL)) return;
    if (await attempt([])) throw error;
  };
  const leaveOut = (unit: Unit, error: unknown): void => {
    refused.push(unit);
    kept.push({ id: idOf(unit), commands: unit, reason: reasonOf(error), kind: kindOf(unit, error) });
  };
  /** Retries a single unit while it is unclear whether it is to blame. @returns its last error, null once it succeeds */
  const confirm = async (unit: Unit, error: unknown): Promise<{ error: unknown } | null> => {
    let last = error;
    for (const milliseconds of pausesFor(error, unclear, refusedAfterMs)) {
      await pause(milliseconds);
      const failed = await attempt([unit]);
      if (failed === null) return null;
      last = failed.error;
      await requireStore(last);
    }
    if (judgeFailure(error) !== 'content') unclear++;
    return { error: last };
  };

  let left = unitsOf(commands, rule);
  let size = left.length;
  let failed: { error: unknown } | null = { error: first };
  while (left.length > 0) {
    const part = left.slice(0, size);
    failed ??= await attempt(part);
    if (failed === null) {
      left = left.slice(part.length);
      size *= 2;
      continue;
    }
    const { error } = failed;
    failed = null;
    const named = namedBy(part, error);
    if (named.size > 0) {
      for (const [unit, refusal] of named) leaveOut(unit, refusal);
      left = left.filter((unit) => !named.has(unit));
      continue;
    }
    await requireStore(error);
    if (part.length > 1) {
      size = Math.ceil(part.length / 2);
      continue;
    }
    const [unit = []] = part;
    if (opensWith(unit, 'delete-prefix')) {
      left = await deletesUnder(sink, after.name, rule, left);
      size = Math.max(1, left.length);
      continue;
    }
    const last = await confirm(unit, error);
    if (last) leaveOut(unit, last.error);
    left = left.slice(1);
  }
  await keep(kept);
  const { documentsDeleted } = stored.checkpoint;
  return sink.apply(
    [],
    {
      ...after,
      documentsPut: after.documentsPut - refused.filter((unit) => opensWith(unit, 'put')).length,
      documentsDeleted: after.documentsDeleted + documentsDeleted - begun.checkpoint.documentsDeleted,
    },
    stored.version,
    contents,
  );
}

function kindOf(unit: Unit, error: unknown): string {
  if (removes(unit)) return NOT_DELETED;
  return error instanceof ContentRefusedError ? error.kind : 'refused';
}

function pausesFor(error: unknown, confirmed: number, pauses: readonly number[]): readonly number[] {
  const isSure = confirmed >= CONFIRMED_IN_FULL;
  switch (judgeFailure(error)) {
    case 'failed':
      return isSure ? [] : pauses.slice(0, 1);
    case 'silent':
      return isSure ? pauses.slice(0, 1) : pauses;
    default:
      return [];
  }
}

/** The units that a store's refusal names. */
function namedBy(part: readonly Unit[], error: unknown): Map<Unit, ContentRefusedError> {
  const named = new Map<Unit, ContentRefusedError>();
  if (!(error instanceof ContentRefusedError)) return named;
  const refusals = new Map(
    error.refusals.flatMap((refusal) =>
      refusal.documentId === null ? [] : [[refusal.documentId, refusal] as const],
    ),
  );
  for (const unit of part) {
    const refusal = opensWith(unit, 'put') ? refusals.get(idOf(unit)) : undefined;
    if (refusal) named.set(unit, refusal);
  }
  return named;
}
