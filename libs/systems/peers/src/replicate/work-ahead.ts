/**
 * Begins `work` on items as they come, while the consumer is busy with earlier ones, and returns the results in the order of the items,
 * those before a failure included.
 * @param most how many items are in work or wait for the consumer
 */
export async function* workAhead<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  most: number,
): AsyncGenerator<R> {
  const iterator = items[Symbol.asyncIterator]();
  const begun: Promise<R>[] = [];
  let next: Promise<Begin<R> | null> | null = nextOf(iterator, work);
  for (;;) {
    while (next && begun.length < most) {
      const [oldest] = begun;
      const begin: Begin<R> | null | 'done' = await (oldest ? Promise.race([whenDone(oldest), next]) : next);
      if (begin === 'done') break;
      if (begin) begun.push(heardLater(begin()));
      next = begin && nextOf(iterator, work);
    }
    const oldest = begun.shift();
    if (!oldest) return;
    yield await oldest;
  }
}

type Begin<R> = () => Promise<R>;

/** The work on the next item, to be begun; null at their end. An error of the items comes in their order, as work that fails. */
function nextOf<T, R>(iterator: AsyncIterator<T>, work: (item: T) => Promise<R>): Promise<Begin<R> | null> {
  return iterator.next().then(
    (taken) => (taken.done === true ? null : () => work(taken.value)),
    (error: Error) => () => Promise.reject(error),
  );
}

async function whenDone(work: Promise<unknown>): Promise<'done'> {
  await work.catch(() => undefined);
  return 'done';
}

/** A failure is heard at the next await; until then nobody has to. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
