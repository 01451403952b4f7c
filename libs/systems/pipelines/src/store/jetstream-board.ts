import { describeError, type Logger } from '@nestjs-spark/foundation';
import { isObject, isObjectOf, isText, keepRunning, Latest } from '@nestjs-spark/foundation/internal';
import { SubjectLog, type JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { MemoryBoard } from './memory-board.ts';
import { keyText, type PipelineKey, type StatusBoard } from './ports.ts';
import { PLACE, type JetStreamPlace } from './place.ts';
import { decode, encode, subjectOf } from './subjects.ts';

const SENT_EVERY_MS = 500;

const isPosted = isObjectOf({ tenant: isText(256), pipelineId: isText(63), status: isObject });

/** The board of a cluster: the last message of each pipeline, at most two a second. */
export class JetStreamBoard<T extends object> implements StatusBoard<T> {
  readonly #log: SubjectLog;
  readonly #known = new MemoryBoard<T>();
  readonly #sending = new Map<string, Latest<T>>();
  readonly #closing = new AbortController();

  constructor(connection: JetStreamConnection, log: Logger, place: JetStreamPlace = PLACE) {
    this.#log = new SubjectLog({
      connection,
      stream: `${place.stream}_STATUS`,
      root: `${place.root}.status`,
      description: 'Spark: what runs of pipelines do',
      keep: 1,
    });
    void keepRunning(() => this.#follow(), {
      signal: this.#closing.signal,
      onFailure: (error) => log.warn(`The status of pipelines is not followed: ${describeError(error)}`),
    });
  }

  put(key: PipelineKey, status: T): void {
    this.#known.put(key, status);
    const text = keyText(key);
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
      // What this process has sent comes back later than what it knows.
      if (!this.#sending.has(keyText(value))) this.#known.put({ tenant, pipelineId }, status as T);
    }
  }
}
