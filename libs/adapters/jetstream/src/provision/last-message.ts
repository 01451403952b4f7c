import type { StoredMsg } from '@nats-io/jetstream';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isStreamNotFound } from '../connect/failures.ts';

/**
 * The last message of a stream on this subject; null when there is none, or no such stream.
 * @throws {UnavailableError} when the server is unavailable
 */
export async function lastMessage(
  connection: JetStreamConnection,
  stream: string,
  subject: string,
): Promise<StoredMsg | null> {
  try {
    const read = { last_by_subj: subject };
    return await connection.use(({ jsm }) => jsm.streams.getMessage(stream, read));
  } catch (error) {
    if (isStreamNotFound(error)) return null;
    throw error;
  }
}
