/** Node keeps a longer text outside of V8's heap. */
const LONG = 1_000_000;
/** How many characters of such texts may wait for the collector in one thread. */
const MOST_CHARACTERS = 12_000_000;
/** More than half of the heap that a `BoundedWorker` may have: at that, V8 collects at once. */
const PRESSURE_BYTES = 192 * 1024 * 1024;

/**
 * Makes V8 collect texts outside of its heap in time. It sees only small wrapper objects of them, so by itself it would collect when
 * they have grown by 64 MB since its last run.
 */
export class LongTexts {
  #characters = 0;

  /** Counts a text that came out of a sandbox. */
  passed({ length }: string): void {
    if (length < LONG) return;
    this.#characters += length;
    if (this.#characters < MOST_CHARACTERS) return;
    this.#characters = 0;
    press();
  }
}

/** Nothing touches this memory, so the system never provides it; V8 counts it, and collects before it goes on. */
function press(): void {
  try {
    new ArrayBuffer(PRESSURE_BYTES).transfer(0);
  } catch {
    // The system refuses to reserve that much, even unused: then V8 collects late.
  }
}
