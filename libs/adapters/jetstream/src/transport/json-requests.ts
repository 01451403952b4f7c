import { errors } from '@nats-io/transport-node';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import type { JetStreamConnection } from '../connect/connection.ts';

/** Nobody listens on a subject, so the request was not delivered. */
export class NobodyListensError extends Error {
  override readonly name = 'NobodyListensError';
}

/** JSON requests and answers between processes, over plain subjects. */
export class JsonRequests {
  readonly #connection: JetStreamConnection;
  readonly #log: Logger;

  constructor(connection: JetStreamConnection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Answers requests until stopped. What cannot be decoded or processed gets no answer. @returns a function that stops it */
  serve(subject: string, answer: (request: unknown) => Promise<unknown>): () => void {
    let stop: (() => void) | null = null;
    let isOver = false;
    const listen = () =>
      this.#connection.use(async ({ nc }) => {
        if (isOver) return;
        const subscription = nc.subscribe(subject);
        stop = () => subscription.unsubscribe();
        void (async () => {
          for await (const message of subscription)
            void (async () => message.respond(JSON.stringify(await answer(message.json<unknown>()))))().catch(
              (error: unknown) =>
                this.#log.warn(`A request on ${subject} has no answer: ${describeError(error)}`),
            );
        })();
      });
    void listen().catch((error: unknown) =>
      this.#log.warn(`${subject} cannot be listened to: ${describeError(error)}`),
    );
    return () => {
      isOver = true;
      stop?.();
    };
  }

  /** @throws {NobodyListensError} when the request was not delivered; any other error leaves that open */
  async ask(subject: string, request: unknown, timeoutMs: number): Promise<unknown> {
    return this.#connection.use(async ({ nc }) => {
      try {
        const reply = await nc.request(subject, JSON.stringify(request), { timeout: timeoutMs });
        return reply.json<unknown>();
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        if (error instanceof errors.NoRespondersError || cause instanceof errors.NoRespondersError)
          throw new NobodyListensError(`Nobody listens to ${subject}`, { cause: error });
        throw error;
      }
    });
  }
}
