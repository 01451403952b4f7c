import { VersionConflictError } from '@nestjs-spark/contracts';
import { sqliteKey, type StateStore, type Versioned } from '@nestjs-spark/contracts/internal';
import { isBoolean, isListOf, isObjectOf, type Guard } from '@nestjs-spark/foundation/internal';
import { SET_ASIDE, rerunId } from '../keep/record-ids.ts';
import { isId } from '../keep/record.ts';

/** Above this, a request by name becomes a request for everything. */
const MOST_BY_NAME = 1_000;
/** The rest of a request for everything is listed: all that is kept, and what was requested by name. */
const MOST_LEFT = 20_000;
const TRIES = 20;

/**
 * What remains to be rerun. Stored in the database of the module that reruns it, so that it outlives the instance that received
 * the request.
 */
export interface RerunRequest {
  /** Everything that is set aside. */
  all: boolean;
  /** Ids at the source, whether the records are set aside here or were refused at the target. */
  documents: string[];
}

const isRerun: Guard<RerunRequest> = isObjectOf({ all: isBoolean, documents: isListOf(isId, MOST_LEFT) });

const NOTHING: RerunRequest = { all: false, documents: [] };

/** Records what to rerun, in addition to earlier requests. Null requests everything that is set aside. */
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
 * Records that a request is done except for what is `left` of it; false when more was requested meanwhile. The rest is listed
 * however long it is: as a request for everything, it would include what was set aside again along the way, and never end.
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

/** Whether a request is still open. */
export function isOpen(request: RerunRequest | null | undefined): boolean {
  return request !== null && request !== undefined && (request.all || request.documents.length > 0);
}

function mergeReruns(before: RerunRequest, documents: string[] | null): RerunRequest {
  if (documents === null) return { ...before, all: true };
  const seen = new Set<string>();
  // By the strictest rule: what it considers one document is one in every store.
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
