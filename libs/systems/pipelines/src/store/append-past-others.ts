import { VersionConflictError } from '@nestjs-spark/contracts';
import type { LoggedMessage, SubjectLog } from '@nestjs-spark/jetstream/internal';

const TRIES = 3;

export interface Appended {
  messages: readonly Uint8Array[];
  /** The sequence of the subject's last message that its writer knows. */
  after: number;
  /** Whether a message is one that a writer of the subject wrote. */
  isOurs: (message: LoggedMessage) => boolean;
}

/**
 * Appends after the last message that is known. What strangers have written since then is left out, as everybody does who reads the
 * subject: otherwise one such message would end all writing.
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
