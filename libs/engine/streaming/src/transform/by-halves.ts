/** The outcome for an item that cannot be processed, whatever is processed with it. */
export class Broken {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

export interface HalvesOptions {
  /** Throws when nothing at all can be processed now, whatever it is. */
  probe: () => Promise<void>;
  signal: AbortSignal;
}

/**
 * Processes items together; when that fails although others could be processed, continues with half of them, and so on: what
 * fails alone, twice, is itself to blame. So one of a thousand costs about twice the logarithm more.
 *
 * @param work returns one result per item, in order; for only the first of them, and at least one, when all together are too
 *   much. The outcomes end there too
 * @throws the item's error when the probe fails too (an outage), or when aborted
 */
export async function byHalves<T, R>(
  things: readonly T[],
  work: (some: readonly T[]) => Promise<R[]>,
  options: HalvesOptions,
): Promise<(R | Broken)[]> {
  const first = await attempt(things, work, options);
  if (!(first instanceof Broken)) return first;
  if (things.length > 1) {
    const half = Math.ceil(things.length / 2);
    const before = await byHalves(things.slice(0, half), work, options);
    if (before.length < half) return before;
    return [...before, ...(await byHalves(things.slice(half), work, options))];
  }
  const again = await attempt(things, work, options);
  return again instanceof Broken ? [again] : again;
}

async function attempt<T, R>(
  things: readonly T[],
  work: (some: readonly T[]) => Promise<R[]>,
  { probe, signal }: HalvesOptions,
): Promise<R[] | Broken> {
  try {
    return await work(things);
  } catch (error) {
    signal.throwIfAborted();
    try {
      await probe();
    } catch {
      throw error;
    }
    return new Broken(error);
  }
}
