/** Node keeps a longer text outside of V8's heap. */
const LONG = 1_000_000;
/** How much of such a thread may hold that nobody needs any more. */
const MOST_CHARACTERS = 12_000_000;
/** More than half of the heap that a `BoundedWorker` may have: at that, V8 collects at once. */
const PRESSURE_BYTES = 192 * 1024 * 1024;

/**
 * Has the collector come in time for texts outside of V8's heap, in which it sees small wrapper objects only: it would come when
 * there are 64 MB more of them than after its last run.
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
    // The system does not give out that much, even unused: then the collector comes late.
  }
}
