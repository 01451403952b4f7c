import { describeTask, UnavailableError, type ChangeSetHeader, type TaskKey } from '@nestjs-spark/contracts';
import {
  FOLLOWS_HEADER,
  judgeSeal,
  readHeader,
  taskSubject,
  type LogMessage,
  type MessageVerifier,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';

/** The end of a task's log, as its owner finds it. */
export interface OwnEnd {
  /** Of the last message, whoever wrote it; 0 when there is none. The next append follows it. */
  sequence: number;
  /** The header of this module's own last set; null when there is none. */
  header: ChangeSetHeader | null;
  /** Whether others have written after it. */
  foreign: boolean;
}

/**
 * Finds this module's own last set. The log is the cursor, but anyone who can publish on the bus can write there too, even replay
 * what this module has signed before: when the last message is not this module's, or is not where it was put, the log is read
 * from its beginning. Unsigned sets count as long as there is no signed one: a version that did not sign wrote them.
 * @throws {UnavailableError} while the log or the keys cannot be read
 */
export async function findOwnEnd(
  log: Pick<TaskLog, 'tail' | 'first'>,
  task: TaskKey,
  verifier: MessageVerifier,
): Promise<OwnEnd> {
  const last = await log.tail();
  if (last === null) return { sequence: 0, header: null, foreign: false };
  const { sequence } = last;
  const isOwn = (message: LogMessage): Promise<boolean | 'unsigned'> => judge(message, task, verifier);
  if ((await isOwn(last)) === true) {
    const first = await log.first(placeBefore(last) + 1);
    if (first?.sequence === sequence) return { sequence, header: readHeader(last), foreign: false };
  }
  let signed: LogMessage | null = null;
  let unsigned: LogMessage | null = null;
  let before = 0;
  while (before < sequence) {
    const message = await log.first(before + 1);
    if (message === null)
      throw new UnavailableError(`${describeTask(task)}: the log was purged while it was read`);
    const own = await isOwn(message);
    // The message that the first one followed has been trimmed.
    const isInPlace = before === 0 || placeBefore(message) === before;
    if (own === true && isInPlace) signed = message;
    else if (own === 'unsigned' && readHeader(message) !== null) unsigned = message;
    before = message.sequence;
  }
  const own = signed ?? unsigned;
  return { sequence, header: readHeader(own), foreign: own?.sequence !== sequence };
}

/** The sequence of the message that this one was meant to follow; -1 when it does not say. */
function placeBefore({ headers }: LogMessage): number {
  const said = headers[FOLLOWS_HEADER] ?? '';
  return /^\d{1,15}$/.test(said) ? Number(said) : -1;
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
