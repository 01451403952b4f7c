import type { ChangeSetHeader, Etag } from '@nestjs-spark/contracts';
import {
  newest,
  remembers,
  type Confirmation,
  type ResyncRequest,
  type SourceIdentity,
  type Witness,
} from '@nestjs-spark/contracts/internal';
import type { CapturePosition } from '../task/position.ts';
import { openRequest } from '../task/resync.ts';
import type { CaptureTask } from '../task/tasks.ts';

/** Everything that a capture reads before it continues, in this order: first the log's tail, then the task, then the source. */
export interface ResumeFacts {
  /** This module's own last set in the task's log, or null. */
  tail: ChangeSetHeader | null;
  /** Whether others have written into the log after it. */
  foreign: boolean;
  task: Pick<CaptureTask, 'fingerprint' | 'generation'>;
  source: SourceIdentity;
  confirmed: Pick<Confirmation, 'generation' | 'incarnation' | 'to' | 'witness'> | null;
  resync: ResyncRequest | null;
  /** The etag from which deletes could not be read because the store had removed them; null when none is known. */
  deletesLostFrom: Etag | null;
  /** The incarnation of a generation that would begin now. */
  incarnation: string;
}

/** `rewind` and `begin` make this task's sets in the log worthless. */
export interface Resumption {
  kind: 'continue' | 'rewind' | 'begin';
  position: CapturePosition;
  because: string;
}

/**
 * Decides where a capture continues, from these facts alone.
 *
 * The log is the cursor, unless it cannot be trusted: a different script, a different or restored database, lost deletes, or a
 * requester reporting that its copy does not join.
 */
export function decideResumption(given: ResumeFacts): Resumption {
  const facts = withoutImpossible(given);
  const { tail, task, source } = facts;
  if (tail === null) return beginAgain(facts, 'nothing of this module is in the log');

  if (tail.script !== task.fingerprint) return beginAgain(facts, 'the script has changed');
  if (task.generation > tail.generation) return beginAgain(facts, 'a new generation was requested');
  if (tail.databaseId !== source.databaseId) return beginAgain(facts, 'the source is another database');
  if (source.lastEtag < tail.to) return beginAgain(facts, 'the source is behind its log: it was restored');
  if (!remembers(source.witness, tail.witness))
    return beginAgain(facts, 'its witness is a different one: the source was restored');
  if (facts.deletesLostFrom === tail.to + 1)
    return beginAgain(facts, 'deletes in the source were removed before they were read');

  const { confirmed } = facts;
  if (confirmed && confirmed.generation > tail.generation) {
    return beginAgain(facts, 'the requester is ahead of the log: an older log was restored');
  }
  if (confirmed?.generation === tail.generation && confirmed.incarnation !== tail.incarnation) {
    return beginAgain(facts, 'what the requester has was read before the log was lost');
  }
  if (confirmed?.generation === tail.generation && isBehind(source, confirmed)) {
    return beginAgain(facts, 'the source is behind what the requester has: it was restored');
  }

  const open = openRequest(tail, facts.resync);
  if (open) return answer(open, tail, facts);
  if (facts.foreign) return dropForeign(tail, facts);

  const { generation, incarnation, databaseId, to, began, live, resync } = tail;
  const witness = newestSaid(facts, tail);
  return {
    kind: 'continue',
    position: { generation, incarnation, databaseId, to, began, live, witness, resync },
    because: 'its log ends there',
  };
}

/**
 * More than any log is ever behind. Numbers that grow by one never get there, and their successors still have to be safe
 * integers.
 */
const FURTHEST_AHEAD = 1_000_000;
const LAST_GENERATION = Number.MAX_SAFE_INTEGER - 2 ** 40;

/**
 * Ignores what no requester can have said: anyone who can publish on the bus could claim a last generation, which none can
 * follow.
 */
function withoutImpossible(facts: ResumeFacts): ResumeFacts {
  const { tail, confirmed, resync } = facts;
  const most = tail ? tail.generation + FURTHEST_AHEAD : LAST_GENERATION;
  const isPossible = (generation = 0): boolean => generation <= most;
  return {
    ...facts,
    confirmed: isPossible(confirmed?.generation) ? confirmed : null,
    resync:
      isPossible(resync?.checkpoint?.generation) && isPossible(resync?.seen?.generation) ? resync : null,
  };
}

/** An older state of a database under the same id: fewer etags or, if they have caught up, a different witness. */
function isBehind(source: SourceIdentity, known: { to: Etag; witness: Witness }): boolean {
  return source.lastEtag < known.to || !remembers(source.witness, known.witness);
}

/** A restored log may contain less than the requester has. A check for a restored source has to consider that too. */
function newestSaid({ confirmed }: ResumeFacts, tail: ChangeSetHeader): Witness {
  const isSame = confirmed?.generation === tail.generation && confirmed.incarnation === tail.incarnation;
  return isSame && confirmed.witness.number > tail.witness.number ? confirmed.witness : tail.witness;
}

function answer(request: ResyncRequest, tail: ChangeSetHeader, facts: ResumeFacts): Resumption {
  const stands = request.checkpoint;
  const joins =
    !request.fromStart &&
    stands !== null &&
    stands.generation === tail.generation &&
    stands.incarnation === tail.incarnation &&
    stands.databaseId === tail.databaseId &&
    stands.to <= facts.source.lastEtag &&
    facts.deletesLostFrom !== stands.to + 1;
  if (!joins) return beginAgain(facts, request.reason);
  return rewind(tail, facts, { to: stands.to, resync: request.id, because: request.reason });
}

/**
 * Drops what others have written along with everything before it, and resends what the requester has not confirmed: a log that
 * was flooded has room again. This never begins a generation, or anyone could cause one.
 */
function dropForeign(tail: ChangeSetHeader, facts: ResumeFacts): Resumption {
  const { confirmed } = facts;
  const isSame = confirmed?.generation === tail.generation && confirmed.incarnation === tail.incarnation;
  const to = isSame ? Math.min(confirmed.to, tail.to) : 0;
  if (facts.deletesLostFrom === to + 1)
    return beginAgain(facts, 'deletes in the source were removed before they were read');
  const because = 'somebody else has written to the log';
  return rewind(tail, facts, { to, resync: tail.resync, because });
}

function rewind(
  tail: ChangeSetHeader,
  facts: ResumeFacts,
  { to, resync, because }: { to: Etag; resync: string | null; because: string },
): Resumption {
  const { generation, incarnation, databaseId, began } = tail;
  const witness = newestSaid(facts, tail);
  return {
    kind: 'rewind',
    position: { generation, incarnation, databaseId, to, began, live: false, witness, resync },
    because,
  };
}

function beginAgain(facts: ResumeFacts, because: string): Resumption {
  const { tail, task, source, confirmed, resync } = facts;
  const known = Math.max(
    tail?.generation ?? 0,
    confirmed?.generation ?? 0,
    resync?.checkpoint?.generation ?? 0,
    resync?.seen?.generation ?? 0,
  );
  return {
    kind: 'begin',
    position: {
      generation: Math.max(known + 1, task.generation),
      incarnation: facts.incarnation,
      databaseId: source.databaseId,
      to: 0,
      began: source.lastEtag,
      live: false,
      witness: newest(source.witness),
      resync: resync?.id ?? tail?.resync ?? null,
    },
    because,
  };
}
