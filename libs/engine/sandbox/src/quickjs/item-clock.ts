import type { WasmMemory } from './capped-memory.ts';
import type { SandboxLimits } from './limits.ts';

// A process that was suspended must not blame the item that happened to run: no gap between two looks at the clock counts for
// more than this.
const LONGEST_GAP_MS = 100;
// Offset of the second number in the program's progress: whether it should stop.
const STOP_OFFSET = 4;

/** Measures how long the current item has been running; the sandbox writes the item's number into its memory. */
export class ItemClock {
  readonly limitMs: number;
  readonly #turnMs: number;
  readonly #memory: WasmMemory;
  readonly #offset: number;
  readonly #onProgress: () => void;
  #item = -1;
  #seen = 0;
  #spent = 0;
  #turn = 0;

  constructor(
    memory: WasmMemory,
    offset: number,
    { itemTimeoutMs, turnMs = Infinity }: SandboxLimits,
    onProgress: () => void,
  ) {
    this.#memory = memory;
    this.#offset = offset;
    this.limitMs = itemTimeoutMs;
    this.#turnMs = turnMs;
    this.#onProgress = onProgress;
  }

  /** The number of the current item, or -1. */
  get at(): number {
    return new DataView(this.#memory.buffer).getInt32(this.#offset, true);
  }

  /** A batch begins. */
  start(): void {
    this.#item = -1;
    this.#spent = 0;
    this.#turn = 0;
    this.#seen = performance.now();
    const view = new DataView(this.#memory.buffer);
    view.setInt32(this.#offset, -1, true);
    view.setInt32(this.#offset + STOP_OFFSET, 0, true);
  }

  /** Whether the current item has used up its time. The sandbox asks every few thousand steps. */
  isOver(): boolean {
    const now = performance.now();
    const { at } = this;
    const passed = Math.min(now - this.#seen, LONGEST_GAP_MS);
    this.#turn += passed;
    if (this.#turn > this.#turnMs) {
      new DataView(this.#memory.buffer).setInt32(this.#offset + STOP_OFFSET, 1, true);
    }
    if (at !== this.#item) {
      this.#item = at;
      this.#spent = 0;
      this.#onProgress();
    } else {
      this.#spent += passed;
    }
    this.#seen = now;
    return this.#spent > this.limitMs;
  }
}
