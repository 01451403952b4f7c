import type { JetStreamConnection } from '../connect/connection.ts';
import { isStreamNotFound } from '../connect/failures.ts';

/**
 * Whether a stream has a message on this subject; one that is not there has none.
 * @throws {UnavailableError} when the server is away
 */
export async function hasMessage(
  connection: JetStreamConnection,
  stream: string,
  subject: string,
): Promise<boolean> {
  try {
    const read = { last_by_subj: subject };
    return (await connection.use(({ jsm }) => jsm.streams.getMessage(stream, read))) !== null;
  } catch (error) {
    if (isStreamNotFound(error)) return false;
    throw error;
  }
}
