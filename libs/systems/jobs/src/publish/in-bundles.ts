/** What comes, in bundles: as much as is there or follows within moments, `most` at most. */
export async function* inBundles<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T[]> {
  const iterator = items[Symbol.asyncIterator]();
  // Whoever takes a bundle may work at it for long, and what comes meanwhile may fail before it is waited for.
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
    // It may wait for what never comes: whoever aborts its signal ends it.
    void iterator.return?.().catch(() => undefined);
  }
}

const MOMENTS_MS = 20;

/** Null when it takes longer. */
function soon<T>(next: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(late.resolve, MOMENTS_MS, null);
  return Promise.race([next, late.promise]).finally(() => clearTimeout(timer));
}
