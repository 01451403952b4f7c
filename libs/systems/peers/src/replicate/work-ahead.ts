/**
 * Begins `work` on items as they come, while the consumer is busy with earlier ones, and yields the results in the order of the items.
 * @param most the maximum number of items that are in progress or wait for the consumer
 */
export async function* workAhead<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  most: number,
): AsyncGenerator<R> {
  const iterator = items[Symbol.asyncIterator]();
  const begun: Promise<R>[] = [];
  let next = iterator.next();
  let isAtEnd = false;
  for (;;) {
    while (!isAtEnd && begun.length < most) {
      const [oldest] = begun;
      const taken = await (oldest ? Promise.race([oldest.then(() => null), next]) : next);
      if (taken === null) break;
      isAtEnd = taken.done === true;
      if (taken.done === true) break;
      begun.push(heardLater(work(taken.value)));
      next = heardLater(iterator.next());
    }
    const oldest = begun.shift();
    if (!oldest) return;
    yield await oldest;
  }
}

/** A rejection is handled when the promise is awaited; until then, it must not count as unhandled. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
