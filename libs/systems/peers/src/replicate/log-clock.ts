/** No message takes so long to be read. */
const CLOCK_SET_MS = 10_000;

/**
 * The log's clock less this one. A message is read some time after it was stored, which makes the log seem late, and this node's
 * changes older than they are: the least delayed reading of this run counts, until the clock was evidently set. Messages of others
 * can be long stored when they are read: they only correct what an own one has told.
 */
export class LogClock {
  #ms: number | null = null;

  /** In milliseconds; null until a message of this run has revealed it. */
  get ms(): number | null {
    return this.#ms;
  }

  /** @param storedAt when a message was stored, by the log's clock */
  read(storedAt: number, isOwn: boolean): void {
    if (!isOwn && this.#ms === null) return;
    const read = storedAt - Date.now();
    const before = this.#ms ?? read;
    const isSet = isOwn && Math.abs(read - before) > CLOCK_SET_MS;
    this.#ms = isSet ? read : Math.max(read, before);
  }
}
