/** What became of one of several things that were worked on together. */
export type Outcome<R> = { result: R } | { error: unknown };

export interface HalvesOptions {
  /** Throws when nothing at all can be worked on now, whatever it is. */
  probe: () => Promise<void>;
  signal: AbortSignal;
}

/**
 * Works on things together; when that fails although others could be worked on, on half of them, and so on: what fails alone,
 * and twice, is itself to blame. So one of a thousand costs about twice the logarithm more.
 *
 * @param work answers one result for each, in their order; for the first of them only, and for one at least, where all
 *   together are too much. The outcomes end there, too
 * @throws its error, when the probe fails too: an outage; or when it was aborted
 */
export async function byHalves<T, R>(
  things: readonly T[],
  work: (some: readonly T[]) => Promise<R[]>,
  options: HalvesOptions,
): Promise<Outcome<R>[]> {
  const first = await attempt(things, work, options);
  if ('results' in first) return first.results.map((result) => ({ result }));
  if (things.length > 1) {
    const half = Math.ceil(things.length / 2);
    const before = await byHalves(things.slice(0, half), work, options);
    if (before.length < half) return before;
    return [...before, ...(await byHalves(things.slice(half), work, options))];
  }
  const again = await attempt(things, work, options);
  return 'results' in again ? again.results.map((result) => ({ result })) : [again];
}

async function attempt<T, R>(
  things: readonly T[],
  work: (some: readonly T[]) => Promise<R[]>,
  { probe, signal }: HalvesOptions,
): Promise<{ results: R[] } | { error: unknown }> {
  try {
    return { results: await work(things) };
  } catch (error) {
    signal.throwIfAborted();
    try {
      await probe();
    } catch {
      throw error;
    }
    return { error };
  }
}
