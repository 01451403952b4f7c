import { VersionConflictError } from '@nestjs-spark/contracts';
import { sqliteKey, type StateStore, type Versioned } from '@nestjs-spark/contracts/internal';
import { isBoolean, isListOf, isObjectOf, isText, type Guard } from '@nestjs-spark/foundation/internal';
import { SET_ASIDE, rerunId } from '../keep/record-ids.ts';

/** More than this by name is everything. */
const MOST_BY_NAME = 1_000;
/** What is left of everything is listed: all that is kept, and what was asked for by name. */
const MOST_LEFT = 20_000;
const TRIES = 20;

/** What is still to be rerun. Stored in the database of the module that reruns it, so that it outlives the instance that was asked. */
export interface RerunRequest {
  /** Everything that is set aside. */
  all: boolean;
  /** Ids at the source, whether the records are set aside here or were refused elsewhere. */
  documents: string[];
}

const isRerun: Guard<RerunRequest> = isObjectOf({ all: isBoolean, documents: isListOf(isText(), MOST_LEFT) });

const NOTHING: RerunRequest = { all: false, documents: [] };

/** Writes down what is to be run again, beside what was asked before. Null asks for all that is set aside. */
export async function askRerun(state: StateStore, name: string, documents: string[] | null): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = await readRerun(state, name);
    try {
      await write(state, name, mergeReruns(before?.value ?? NOTHING, documents), before?.version ?? null);
      return;
    } catch (error) {
      if (!(error instanceof VersionConflictError) || tries === TRIES) throw error;
    }
  }
}

/** What was requested and is not finished; null when nothing was ever requested. */
export async function readRerun(state: StateStore, name: string): Promise<Versioned<RerunRequest> | null> {
  const stored = await state.read<RerunRequest>(rerunId(name));
  return stored && !isRerun(stored.value) ? { ...stored, value: NOTHING } : stored;
}

/**
 * Says that a request was done but for what is `left` of it; false when more was asked meanwhile. What is left is listed however much
 * it is: asked for as everything, it would include what was set aside again on the way, and never come to its end.
 */
export async function settleRerun(
  state: StateStore,
  name: string,
  version: string,
  left: string[] = [],
): Promise<boolean> {
  try {
    await write(state, name, { all: false, documents: left }, version);
    return true;
  } catch (error) {
    if (error instanceof VersionConflictError) return false;
    throw error;
  }
}

/** Whether a request still asks for something. */
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
  name: string,
  request: RerunRequest,
  expected: string | null,
): Promise<string> {
  return state.write(rerunId(name), SET_ASIDE, request, expected);
}
