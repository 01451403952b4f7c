import { describeTask, UnavailableError, type ChangeSetHeader, type TaskKey } from '@nestjs-spark/contracts';
import {
  judgeSeal,
  readHeader,
  taskSubject,
  type LogMessage,
  type MessageVerifier,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';

/** A log that was purged meanwhile has nothing to come, and is looked at again. */
const READING_MS = 30_000;

/** The end of a task's log, as its owner finds it. */
export interface OwnEnd {
  /** Of the last message, whoever wrote it; 0 when there is none. The next append follows it. */
  sequence: number;
  /** What this module's own last set says of itself; null when there is none. */
  header: ChangeSetHeader | null;
  /** Somebody else has written behind it. */
  foreign: boolean;
}

/**
 * Finds this module's own last set. The log is the cursor, but whoever may publish on the bus can write there, too: where
 * the last message is not this module's, the log is read from its beginning. Sets without a signature count as long as
 * there is none with one: a version that did not sign wrote them.
 * @throws {UnavailableError} while the log or the keys cannot be read
 */
export async function findOwnEnd(
  log: Pick<TaskLog, 'tail' | 'read'>,
  task: TaskKey,
  verifier: MessageVerifier,
  signal: AbortSignal,
): Promise<OwnEnd> {
  const last = await log.tail();
  if (last === null) return { sequence: 0, header: null, foreign: false };
  const { sequence } = last;
  const isOwn = (message: LogMessage): Promise<boolean | 'unsigned'> => judge(message, task, verifier);
  if ((await isOwn(last)) === true) return { sequence, header: readHeader(last), foreign: false };
  let signed: LogMessage | null = null;
  let unsigned: LogMessage | null = null;
  let isWhole = false;
  for await (const message of log.read(1, AbortSignal.any([signal, AbortSignal.timeout(READING_MS)]))) {
    const own = await isOwn(message);
    if (own === true) signed = message;
    else if (own === 'unsigned' && readHeader(message) !== null) unsigned = message;
    isWhole = message.sequence >= sequence;
    if (isWhole) break;
  }
  if (!isWhole) throw new UnavailableError(`${describeTask(task)}: the log could not be read to its end`);
  const own = signed ?? unsigned;
  return { sequence, header: readHeader(own), foreign: own?.sequence !== sequence };
}

async function judge(
  { headers, payload }: LogMessage,
  task: TaskKey,
  verifier: MessageVerifier,
): Promise<boolean | 'unsigned'> {
  if (payload === null) return false;
  const verdict = await judgeSeal({ headers, payload }, taskSubject(task), task.owner, verifier);
  return verdict === 'unsigned' ? verdict : verdict === 'genuine';
}
