/** Groups items into bundles: whatever is available or follows within moments, at most `most`. */
export async function* inBundles<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T[]> {
  const iterator = items[Symbol.asyncIterator]();
  // The next item is requested while the consumer works on a bundle: until it is awaited, its error must not count as unhandled.
  const ahead = (): Promise<IteratorResult<T>> => {
    const coming = iterator.next();
    coming.catch(() => undefined);
    return coming;
  };
  let next = ahead();
  try {
    for (;;) {
      const bundle: T[] = [];
      let one: IteratorResult<T> | null = await next;
      while (one && !one.done) {
        bundle.push(one.value);
        next = ahead();
        one = bundle.length < most ? await soon(next) : null;
      }
      if (bundle.length > 0) yield bundle;
      if (one?.done) return;
    }
  } finally {
    // Not awaited: it may be waiting for an item that never comes, until the caller aborts its signal.
    void iterator.return?.().catch(() => undefined);
  }
}

const MOMENTS_MS = 20;

/** Null if it takes longer. */
function soon<T>(next: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(late.resolve, MOMENTS_MS, null);
  return Promise.race([next, late.promise]).finally(() => clearTimeout(timer));
}
