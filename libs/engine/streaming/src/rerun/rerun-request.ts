import { VersionConflictError, type TaskKey } from '@nestjs-spark/contracts';
import {
  rerunSubject,
  sqliteKey,
  type ControlBoard,
  type StateStore,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { SET_ASIDE, rerunId } from '../set-aside/state-ids.ts';

/** More than this by name is everything. */
const MOST_BY_NAME = 1_000;
const TRIES = 20;

/** What is still to be run again. Kept in the owner's database, so that it outlives whoever was asked. */
export interface RerunRequest {
  /** Everything that is set aside. */
  all: boolean;
  /** The owner's documents, whether they are set aside here or were refused by the requester's store. */
  documents: string[];
}

const NOTHING: RerunRequest = { all: false, documents: [] };

/** Writes down what is to be run again, beside what was asked before. Null asks for all that is set aside. */
export async function askRerun(state: StateStore, task: TaskKey, documents: string[] | null): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = await readRerun(state, task);
    try {
      await write(state, task, mergeReruns(before?.value ?? NOTHING, documents), before?.version ?? null);
      return;
    } catch (error) {
      if (!(error instanceof VersionConflictError) || tries === TRIES) throw error;
    }
  }
}

/** The same, and wakes whoever carries the task. */
export async function callForRerun(
  { state, control }: { state: StateStore; control: Pick<ControlBoard, 'publish'> },
  task: TaskKey,
  documents: string[] | null,
): Promise<void> {
  await askRerun(state, task, documents);
  await control.publish(rerunSubject(task), { at: Date.now() });
}

export function readRerun(state: StateStore, task: TaskKey): Promise<Versioned<RerunRequest> | null> {
  return state.read<RerunRequest>(rerunId(task));
}

/** Says that all of a request was done; false when more was asked meanwhile. */
export async function settleRerun(state: StateStore, task: TaskKey, version: string): Promise<boolean> {
  try {
    await write(state, task, NOTHING, version);
    return true;
  } catch (error) {
    if (error instanceof VersionConflictError) return false;
    throw error;
  }
}

export function isOpen(request: RerunRequest | null | undefined): boolean {
  return request !== null && request !== undefined && (request.all || request.documents.length > 0);
}

function mergeReruns(before: RerunRequest, documents: string[] | null): RerunRequest {
  if (documents === null) return { ...before, all: true };
  const seen = new Set<string>();
  // The finest rule: what it takes for one document is one in every store.
  const together = [...before.documents, ...documents].filter((id) => {
    const key = sqliteKey(id);
    return seen.has(key) ? false : seen.add(key);
  });
  return together.length > MOST_BY_NAME
    ? { all: true, documents: together.slice(0, MOST_BY_NAME) }
    : { all: before.all, documents: together };
}

function write(
  state: StateStore,
  task: TaskKey,
  request: RerunRequest,
  expected: string | null,
): Promise<string> {
  return state.write(rerunId(task), SET_ASIDE, request, expected);
}
