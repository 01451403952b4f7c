import { isObject, pause } from '@nestjs-spark/foundation/internal';
import { JsonRequests, NobodyListensError } from '@nestjs-spark/jetstream/internal';
import { PLACE } from '../store/place.ts';
import { NoOwnerError, type CommandRouter } from './ports.ts';

const PATIENCE_MS = 5_000;
const AGAIN_AFTER_MS = 100;
/** Longer than the 10 s for which a stop may drain, in milliseconds. */
const ANSWER_MS = 15_000;

/**
 * Sends commands over a subject to which only the owner in its current epoch subscribes: a missing owner is known at once, and a process
 * that was suspended finds no queued commands when it wakes.
 */
export class JetStreamRouter implements CommandRouter {
  readonly #requests: JsonRequests;
  readonly #epochOf: (shard: number) => number | null;

  /** @param epochOf the epoch of a shard's owner as known to this process */
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
    throw new NoOwnerError(`No node has owned shard ${shard} for ${PATIENCE_MS / 1_000} s`);
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

/** All subjects on which shard owners receive commands. */
export const COMMAND_SUBJECTS = subjectOf('*', '*');
