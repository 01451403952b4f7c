/**
 * Keeps up to `depth` items of `source` ready before they are asked for, so that reading, transforming and writing overlap.
 * An error of the source comes out in its place; leaving early ends the source.
 */
export async function* ahead<T>(source: AsyncIterable<T>, depth: number): AsyncGenerator<T, void, undefined> {
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
      askNext();
      const result = await waiting.shift();
      if (!result || result.done) return;
      yield result.value;
    }
  } finally {
    // Not awaited: a source that is waiting for work only ends when its own signal aborts.
    void iterator.return?.().catch(() => {});
  }
}
