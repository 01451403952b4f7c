import { VersionConflictError } from '@nestjs-spark/contracts';
import type { LoggedMessage, SubjectLog } from '@nestjs-spark/jetstream/internal';

const TRIES = 3;

export interface Appended {
  messages: readonly Uint8Array[];
  /** The sequence of the subject's last message known to the writer. */
  after: number;
  /** Whether a message was written by a legitimate writer of the subject. */
  isOurs: (message: LoggedMessage) => boolean;
}

/**
 * Appends after the last known message. Ignores what strangers have written since then, as every reader of the subject does:
 * otherwise one such message would block all writing.
 * @throws {VersionConflictError} when another writer has written since
 */
export async function appendPastOthers(
  log: Pick<SubjectLog, 'append' | 'read'>,
  subject: string,
  { messages, after, isOurs }: Appended,
): Promise<number> {
  let known = after;
  for (let tries = 1; ; tries++) {
    try {
      return await log.append(subject, messages, known);
    } catch (error) {
      if (!(error instanceof VersionConflictError) || tries === TRIES) throw error;
      const since = await log.read(subject, known);
      if (since.length === 0 || since.some(isOurs)) throw error;
      known = since.at(-1)?.sequence ?? known;
    }
  }
}
