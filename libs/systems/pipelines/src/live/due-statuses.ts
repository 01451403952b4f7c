import { pause } from '@nestjs-spark/foundation/internal';
import { keyText, type PipelineKey } from '../store/ports.ts';

const EVERY_MS = 500;

interface DueStatusesParts {
  /** Aborted when the reader has left. */
  gone: AbortSignal;
  /** Waits until the reader accepts more data. */
  room(): Promise<boolean>;
  send(key: PipelineKey): void;
}

/**
 * The pipelines whose status is due for a reader: at once after a change of state, otherwise at most twice a second. While the reader is
 * slow, only the latest status is kept.
 */
export class DueStatuses {
  readonly #parts: DueStatusesParts;
  readonly #due = new Map<string, PipelineKey>();
  readonly #toldAt = new Map<string, number>();
  #isTelling = false;
  #wake = new AbortController();

  constructor(parts: DueStatusesParts) {
    this.#parts = parts;
  }

  add(key: PipelineKey, isUrgent: boolean): void {
    const text = keyText(key);
    this.#due.set(text, key);
    if (isUrgent) this.#toldAt.delete(text);
    if (this.#isTelling) {
      if (isUrgent) this.#wake.abort();
      return;
    }
    this.#isTelling = true;
    void this.#tell();
  }

  async #tell(): Promise<void> {
    const { gone, room, send } = this.#parts;
    while (this.#due.size > 0 && !gone.aborted) {
      this.#wake = new AbortController();
      let nextMs = Infinity;
      for (const [text, key] of this.#due) {
        const waitMs = (this.#toldAt.get(text) ?? -Infinity) + EVERY_MS - performance.now();
        if (waitMs > 0) {
          nextMs = Math.min(nextMs, waitMs);
          continue;
        }
        if (!(await room())) break;
        this.#due.delete(text);
        this.#toldAt.set(text, performance.now());
        send(key);
      }
      if (nextMs < Infinity) await pause(nextMs, AbortSignal.any([gone, this.#wake.signal]));
    }
    this.#isTelling = false;
  }
}
