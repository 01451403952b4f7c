import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { isListOf, isObject, isObjectOf, isText, retry } from '@nestjs-spark/foundation/internal';
import { COMMANDS_REMEMBERED, type RememberedCommand } from '../aggregate/state.ts';
import type { PipelineKey } from './ports.ts';

const COLLECTION = 'SparkPipelines';
const isNoted = isObjectOf({
  requests: isListOf(
    isObjectOf({ id: isText(256), fingerprint: isText(64), answer: isObject }),
    COMMANDS_REMEMBERED,
  ),
});

/** A request with a key, and its answer. */
export interface NotedRequest extends Pick<RememberedCommand, 'id' | 'fingerprint'> {
  answer: object;
}

/** The latest keyed requests to a pipeline with their answers, which hold more than its events do. */
export class NotedRequests {
  readonly #state: StateStore;
  readonly #id: string;

  constructor(state: StateStore, { tenant, pipelineId }: PipelineKey) {
    this.#state = state;
    this.#id = `sparkPipelines/requests-noted/${encodeURIComponent(tenant)}/${pipelineId}`;
  }

  async find(id: string): Promise<NotedRequest | null> {
    return (await this.#read()).requests.find((noted) => noted.id === id) ?? null;
  }

  async note(request: NotedRequest): Promise<void> {
    const write = async () => {
      const { requests, version } = await this.#read();
      const others = requests.filter(({ id }) => id !== request.id);
      const value = { requests: [...others, request].slice(-COMMANDS_REMEMBERED) };
      await this.#state.write(this.#id, COLLECTION, value, version);
    };
    await retry(write, {
      policy: { waitMs: 20, jitter: 1 },
      attempts: 5,
      retries: (error) => error instanceof VersionConflictError,
    });
  }

  async #read(): Promise<{ requests: NotedRequest[]; version: string | null }> {
    const stored = await this.#state.read(this.#id);
    const requests = isNoted(stored?.value) ? (stored.value.requests as NotedRequest[]) : [];
    return { requests, version: stored?.version ?? null };
  }
}
