import { describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import type { JetStreamPresence } from '@nestjs-spark/jetstream/internal';
import { type Heartbeat, readHeartbeat } from './heartbeat.ts';

export interface PresenceParts {
  readonly service: string;
  readonly node: string;
  readonly values: JetStreamPresence;
  readonly logger: Logger;
  beat(): Promise<Heartbeat>;
  /** The tag at the end of ids that this node generates. */
  tag(): Promise<string>;
  /** Draws another tag, because another node uses this one. */
  changeTag(): Promise<void>;
}

const BEAT_MS = 5_000;

/** Publishes this node's heartbeat and receives those of others. */
export class Presence {
  readonly #parts: PresenceParts;
  #others: readonly Heartbeat[] = [];
  #heardAt = -Infinity;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** The other nodes as of the last few seconds. */
  get others(): readonly Heartbeat[] {
    return this.#others;
  }

  /** The same; null if no heartbeats could be received in the last seconds. */
  get fresh(): readonly Heartbeat[] | null {
    return performance.now() - this.#heardAt > 2 * BEAT_MS ? null : this.#others;
  }

  /** @returns when aborted */
  run(signal: AbortSignal): Promise<void> {
    const { logger } = this.#parts;
    return keepRunning(() => this.#beat(signal), {
      signal,
      policy: { waitMs: BEAT_MS },
      endMs: Infinity,
      onFailure: (error) => logger.debug(`The heartbeat is delayed: ${describeError(error)}`),
    });
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { service, node, values } = this.#parts;
    const tag = await this.#parts.tag();
    if ((await values.claim(`tags.${service}.${tag}`, node)) !== node) await this.#parts.changeTag();
    else await values.put(`tags.${service}.${tag}`, node);
    await values.put(`${service}.${node}`, JSON.stringify(await this.#parts.beat()));
    const beats = (await values.read(`${service}.*`)).map(readHeartbeat);
    this.#others = beats.filter((beat) => beat !== null).filter((beat) => beat.node !== node);
    this.#heardAt = performance.now();
    await pause(BEAT_MS, signal);
  }
}
