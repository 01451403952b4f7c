import { setTimeout as pause } from 'node:timers/promises';
import { ContentRefusedError, type ChangeCommand } from '@nestjs-spark/contracts';
import {
  UNNAMED_RULE,
  type ChangeSink,
  type Checkpoint,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { judgeFailure, reasonOf } from './judge-failure.ts';
import { idOf, opensWith, removes, unitsOf, type Unit } from './units.ts';

/** From this many such documents of one set on, fewer retries are enough: it is not a passing failure. */
const CONFIRMED_IN_FULL = 3;

/** Commands on one document that the store does not take, and why. */
export interface RefusedUnit {
  /** Of the copy; the prefix where copies by a prefix could not be deleted. */
  id: string;
  commands: ChangeCommand[];
  reason: string;
  kind: string;
}

/** Where contents that come with the commands are read. */
export type Contents = Pick<TaskLog, 'openContent'> | undefined;

export interface RefusedSet {
  commands: ChangeCommand[];
  contents?: Contents;
  before: Checkpoint;
  after: Checkpoint;
  /** Version of the stored checkpoint, which is `before`. */
  version: string;
}

/**
 * Applies a set that failed although the store takes other writes: all of it but what the store does not take, which is
 * found by parts. A part that fails is halved, one that is taken doubles the next, so one refused document costs about three times
 * the logarithm of the set, and a set that is refused altogether about one write for each document.
 *
 * Another write decides what is to blame, not the error: the checkpoint as it is. If the store takes that one,
 * the part is to blame; if not, it is an outage, and nothing is set aside.
 *
 * The parts are written with the checkpoint as it was, and the checkpoint moves last; a set that is cut off in between is
 * applied again from its beginning, which comes to the same.
 *
 * @param first the error of the whole set
 * @param refusedAfterMs as in `Pace`
 * @param keep remembers what was left out, before the checkpoint moves past it
 * @throws the error of the part when the store takes no other write either
 */
export async function applyWithoutRefused(
  sink: Pick<ChangeSink, 'apply' | 'readCheckpoint'>,
  set: RefusedSet,
  first: unknown,
  keep: (refused: RefusedUnit[]) => Promise<void>,
  refusedAfterMs: readonly number[],
): Promise<string> {
  const refused: Unit[] = [];
  const kept: RefusedUnit[] = [];
  let { version, before } = set;
  let unclear = 0;

  const write = async (commands: ChangeCommand[], checkpoint: Checkpoint): Promise<void> => {
    version = await sink.apply(commands, checkpoint, version, set.contents);
  };
  /** Only the target knows how many copies a part removed: the number is in the checkpoint from which the next part continues. */
  const writePart = async (commands: ChangeCommand[]): Promise<void> => {
    await write(commands, before);
    if (!removes(commands)) return;
    const stored = await sink.readCheckpoint(before.name);
    if (stored?.version === version) before = stored.checkpoint;
  };
  const attempt = async (units: Unit[]): Promise<{ error: unknown } | null> => {
    try {
      await writePart(units.flat());
      return null;
    } catch (error) {
      if (judgeFailure(error) === 'elsewhere') throw error;
      return { error };
    }
  };
  /** Throws what the part failed of, unless the store takes another write. */
  const requireStore = async (error: unknown): Promise<void> => {
    const cause = judgeFailure(error);
    if (cause === 'outage') throw error;
    if (cause === 'content' || (cause === 'failed' && unclear >= CONFIRMED_IN_FULL)) return;
    if (await attempt([])) throw error;
  };
  const leaveOut = (unit: Unit, error: unknown): void => {
    const kind = error instanceof ContentRefusedError ? error.kind : 'refused';
    refused.push(unit);
    kept.push({ id: idOf(unit), commands: unit, reason: reasonOf(error), kind });
  };
  /** Tries a single unit again while it is not clear that it is to blame. @returns its last error, null once it is taken */
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

  let left = unitsOf(set.commands, set.after.ids ?? UNNAMED_RULE);
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
    const last = await confirm(unit, error);
    if (last) leaveOut(unit, last.error);
    left = left.slice(1);
  }
  await keep(kept);
  await write([], {
    ...set.after,
    documentsPut: set.after.documentsPut - count(refused, 'put'),
    documentsDeleted: set.after.documentsDeleted + before.documentsDeleted - set.before.documentsDeleted,
  });
  return version;
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

function count(units: readonly Unit[], type: 'put'): number {
  return units.filter((unit) => opensWith(unit, type)).length;
}
