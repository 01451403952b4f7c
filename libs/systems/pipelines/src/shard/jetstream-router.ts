import { isObject, pause } from '@nestjs-spark/foundation/internal';
import { JsonRequests, NobodyListensError } from '@nestjs-spark/jetstream/internal';
import { PLACE } from '../store/place.ts';
import { NoOwnerError, type CommandRouter } from './ports.ts';

const PATIENCE_MS = 5_000;
const AGAIN_AFTER_MS = 100;
/** A stop may drain for 10 s. */
const ANSWER_MS = 15_000;

/**
 * Commands over a subject that only the owner in its epoch listens to, so that nobody listening is known at once, and a process
 * that was paused and wakes has no commands waiting.
 */
export class JetStreamRouter implements CommandRouter {
  readonly #requests: JsonRequests;
  readonly #epochOf: (shard: number) => number | null;

  /** @param epochOf the epoch of a shard's owner as this process knows it */
  constructor(requests: JsonRequests, epochOf: (shard: number) => number | null) {
    this.#requests = requests;
    this.#epochOf = epochOf;
  }

  serve(shard: number, epoch: number, answer: (request: unknown) => Promise<unknown>): () => void {
    return this.#requests.serve(subjectOf(shard, epoch), async (request) => {
      try {
        return { kind: 'answer', answer: await answer(request) };
      } catch (error) {
        if (error instanceof NoOwnerError) return { kind: 'moved' };
        throw error;
      }
    });
  }

  async ask(shard: number, request: unknown): Promise<unknown> {
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      const epoch = this.#epochOf(shard);
      if (epoch !== null) {
        const reply = await this.#once(subjectOf(shard, epoch), request);
        if (isObject(reply) && reply['kind'] === 'answer') return reply['answer'];
      }
      await pause(AGAIN_AFTER_MS);
    }
    throw new NoOwnerError(`Nobody has owned shard ${shard} for ${PATIENCE_MS / 1_000} s`);
  }

  async #once(subject: string, request: unknown): Promise<unknown> {
    try {
      return await this.#requests.ask(subject, request, ANSWER_MS);
    } catch (error) {
      if (error instanceof NobodyListensError) return null;
      throw error;
    }
  }
}

const subjectOf = (shard: number | '*', epoch: number | '*'): string =>
  `${PLACE.root}.shard.${shard}.${epoch}`;

/** All subjects on which owners of shards are asked. */
export const COMMAND_SUBJECTS = subjectOf('*', '*');
