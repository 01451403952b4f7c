import { isDeepStrictEqual } from 'node:util';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { isObjectOf, isText, isWhole, keepRunning, Latest } from '@nestjs-spark/foundation/internal';
import { SubjectLog, type JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { MemoryBoard } from './memory-board.ts';
import { keyText, type PipelineKey, type StatusBoard } from './ports.ts';
import { logAt, PLACE, type JetStreamPlace } from './place.ts';
import { decode, encode, subjectOf } from './subjects.ts';

const SENT_EVERY_MS = 500;
/** How often an unchanged status is sent again, in case a process that woke too late has replaced it. */
const SENT_AGAIN_MS = 30_000;

const isPosted = isObjectOf({
  tenant: isText(256),
  pipelineId: isText(63),
  status: isObjectOf({ epoch: isWhole }),
});

/** The board of a cluster: the last message of each pipeline, at most two a second while it changes. */
export class JetStreamBoard<T extends { epoch: number }> implements StatusBoard<T> {
  readonly #log: SubjectLog;
  readonly #known = new MemoryBoard<T>();
  readonly #sending = new Map<string, Latest<T>>();
  /** What this process has said last; it may have lost the pipeline since. */
  readonly #said = new Map<string, { at: number; epoch: number }>();
  readonly #closing = new AbortController();
  readonly #isStatus: (value: object) => boolean;

  /** @param isStatus tells a status from what others have written, which is ignored. Default: anything with an epoch */
  constructor(
    connection: JetStreamConnection,
    log: Logger,
    place: JetStreamPlace = PLACE,
    isStatus: (value: object) => boolean = () => true,
  ) {
    this.#isStatus = isStatus;
    this.#log = new SubjectLog({ connection, ...logAt(place, 'status') });
    void keepRunning(() => this.#follow(), {
      signal: this.#closing.signal,
      onFailure: (error) => log.warn(`The status of pipelines is not followed: ${describeError(error)}`),
    });
  }

  /** What an owner of an earlier epoch has to say is left out. */
  put(key: PipelineKey, status: T): void {
    const known = this.#known.get(key);
    if ((known?.epoch ?? 0) > status.epoch) return;
    const [text, now] = [keyText(key), performance.now()];
    const isFresh = now - (this.#said.get(text)?.at ?? -Infinity) < SENT_AGAIN_MS;
    if (isFresh && isDeepStrictEqual(known, status)) return;
    this.#said.set(text, { at: now, epoch: status.epoch });
    this.#known.put(key, status);
    const sending =
      this.#sending.get(text) ??
      new Latest<T>(SENT_EVERY_MS, async (latest) => {
        await this.#log.append(subjectOf(key), [encode({ ...key, status: latest })], null);
      });
    this.#sending.set(text, sending);
    sending.offer(status);
  }

  get(key: PipelineKey): T | null {
    return this.#known.get(key);
  }

  listen(listener: (key: PipelineKey, status: T) => void): () => void {
    return this.#known.listen(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#sending.values()].map((sending) => sending.close().catch(() => undefined)));
    await this.#known.close();
  }

  async #follow(): Promise<void> {
    for await (const { subject, payload } of this.#log.follow('last-per-subject', this.#closing.signal)) {
      const value = decode(payload);
      if (!isPosted(value) || subjectOf(value) !== subject) continue;
      const { tenant, pipelineId, status } = value;
      if (!this.#isStatus(status)) continue;
      const known = this.#known.get(value)?.epoch ?? -1;
      // In its own epoch this process knows more than what comes back of it.
      const isOwn = known === status.epoch && this.#said.get(keyText(value))?.epoch === status.epoch;
      if (status.epoch >= known && !isOwn) this.#known.put({ tenant, pipelineId }, status as T);
    }
  }
}
