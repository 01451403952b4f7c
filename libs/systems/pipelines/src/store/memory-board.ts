import { keyText, type PipelineKey, type StatusBoard } from './ports.ts';

/** A status board for one process. */
export class MemoryBoard<T> implements StatusBoard<T> {
  readonly #values = new Map<string, T>();
  readonly #listeners = new Set<(key: PipelineKey, status: T) => void>();

  put(key: PipelineKey, status: T): void {
    this.#values.set(keyText(key), status);
    for (const listener of this.#listeners) listener(key, status);
  }

  get(key: PipelineKey): T | null {
    return this.#values.get(keyText(key)) ?? null;
  }

  listen(listener: (key: PipelineKey, status: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
