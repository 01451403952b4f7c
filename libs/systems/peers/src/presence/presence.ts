import { describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import type { JetStreamPresence } from '@nestjs-spark/jetstream/internal';
import { type Heartbeat, heartbeatKey, readHeartbeats } from './heartbeat.ts';

export interface PresenceParts {
  readonly service: string;
  readonly node: string;
  readonly values: Pick<JetStreamPresence, 'claim' | 'put' | 'read'>;
  readonly logger: Logger;
  beat(): Promise<Heartbeat>;
  tag(): Promise<HeldTag>;
  /** Draws another tag, because another file uses this one. */
  changeTag(): Promise<void>;
}

/** The tag at the end of ids that a file generates. */
export interface HeldTag {
  readonly tag: string;
  /** The file's current origin. */
  readonly origin: string;
  /** Those of its earlier runs, which may have claimed the tag. */
  readonly before: readonly string[];
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
    await this.#holdTag();
    await values.put(heartbeatKey(service, node), JSON.stringify(await this.#parts.beat()));
    const beats = readHeartbeats(service, await values.read(heartbeatKey(service, '*')));
    this.#others = beats.filter((beat) => beat.node !== node);
    this.#heardAt = performance.now();
    await pause(BEAT_MS, signal);
  }

  /** Held by the file, not by the name of the node: that of a copied file may be the same. */
  async #holdTag(): Promise<void> {
    const { service, node, values } = this.#parts;
    const { tag, origin, before } = await this.#parts.tag();
    const key = `tags.${service}.${tag}`;
    const holder = await values.claim(key, origin);
    // Earlier versions claim it by the name of the node.
    if (holder === origin || holder === node || before.includes(holder)) await values.put(key, origin);
    else await this.#parts.changeTag();
  }
}
