/**
 * Keeps up to `depth` items of `source` ready before they are asked for, so that reading, transforming and writing overlap.
 * An error of the source comes out in its place; leaving early ends the source.
 * @param isHeavy whether the next item is requested only after this one was used, because it takes much memory
 */
export async function* ahead<T>(
  source: AsyncIterable<T>,
  depth: number,
  isHeavy: (item: T) => boolean = () => false,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const waiting: Promise<IteratorResult<T>>[] = [];
  const askNext = (): void => {
    const next = iterator.next();
    next.catch(() => {});
    waiting.push(next);
  };
  try {
    for (let i = 0; i < depth; i++) askNext();
    for (;;) {
      const result = await waiting.shift();
      if (!result || result.done) return;
      const waits = isHeavy(result.value);
      if (!waits) askNext();
      yield result.value;
      if (waits) askNext();
    }
  } finally {
    // Not awaited: a source that is waiting for work only ends when its own signal aborts.
    void iterator.return?.().catch(() => {});
  }
}
