import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { isListOf, isObjectOf, isText, retry } from '@nestjs-spark/foundation/internal';
import { COMMANDS_REMEMBERED, type RememberedCommand } from '../aggregate/state.ts';
import type { PipelineKey } from './ports.ts';

const COLLECTION = 'SparkPipelines';
const isNoted = isObjectOf({
  requests: isListOf(isObjectOf({ id: isText(256), fingerprint: isText(64) }), COMMANDS_REMEMBERED),
});

/** A request with a key that has left no event, and the answer to it. */
export interface NotedRequest extends RememberedCommand {
  answer?: object;
}

/** The last keyed requests of a pipeline that have left no event, which would have remembered them. */
export class NotedRequests {
  readonly #state: StateStore;
  readonly #id: string;

  /** @param kind those who note the same kind are known to each other */
  constructor(state: StateStore, { tenant, pipelineId }: PipelineKey, kind: 'commands' | 'letters') {
    this.#state = state;
    this.#id = `sparkPipelines/${kind}-noted/${encodeURIComponent(tenant)}/${pipelineId}`;
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
