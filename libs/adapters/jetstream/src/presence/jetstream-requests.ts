import { errors } from '@nats-io/transport-node';
import { describeError, keepRunning, type Logger } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { RETRY } from '../connect/retry-policy.ts';

/**
 * @param most how many bytes an answer may have
 * @returns null to leave the request to others
 */
export type Answerer = (request: Uint8Array, most: number) => Promise<Uint8Array | null>;

/** Requests to those present now, and their answers. Nothing is stored. */
export class JetStreamRequests {
  readonly #connection: JetStreamConnection;
  readonly #log: Logger;

  constructor(connection: JetStreamConnection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  /**
   * Answers requests until aborted. A failure, such as an answer that is too large, is logged and leaves the request unanswered.
   * @param group one member of each group receives a request; without a group everyone does
   */
  async answer(
    subject: string,
    group: string | null,
    answerer: Answerer,
    signal: AbortSignal,
  ): Promise<void> {
    const listen = async () => {
      const { nc } = await this.#connection.ready(signal);
      const subscription = nc.subscribe(subject, group === null ? {} : { queue: group });
      const stop = () => subscription.unsubscribe();
      signal.addEventListener('abort', stop, { once: true });
      try {
        for await (const message of subscription) {
          try {
            const answer = await answerer(message.data, nc.info?.max_payload ?? Infinity);
            if (answer !== null) message.respond(answer);
          } catch (error) {
            this.#log.warn(`A request on ${subject} failed: ${describeError(error)}`);
          }
        }
      } finally {
        signal.removeEventListener('abort', stop);
        stop();
      }
    };
    await keepRunning(listen, { signal, policy: RETRY, endMs: Infinity });
  }

  /**
   * Sends a request and waits for the first answer.
   * @returns null when nobody answered in time
   * @throws {UnavailableError} while NATS is unavailable
   */
  async ask(subject: string, request: Uint8Array, timeoutMs: number): Promise<Uint8Array | null> {
    return this.#connection.use(async ({ nc }) => {
      try {
        return (await nc.request(subject, request, { timeout: timeoutMs })).data;
      } catch (error) {
        if (error instanceof errors.TimeoutError || error instanceof errors.NoRespondersError) return null;
        if (error instanceof errors.RequestError) return null;
        throw error;
      }
    });
  }
}
