interface Waiting<T> {
  value: T;
  take: () => void;
}

/**
 * Merges readers, keeping the order of each; if several have a value, the `earlier` one comes first. One value of each is buffered. All end
 * when one of them ends or fails.
 */
export async function* mergeReaders<T>(
  readersOf: (signal: AbortSignal) => readonly AsyncGenerator<T>[],
  earlier: (one: T, other: T) => number,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const left = new AbortController();
  const waiting: Waiting<T>[] = [];
  let news = Promise.withResolvers<void>();
  let end: { error: unknown } | 'over' | null = null;

  const read = async (reader: AsyncGenerator<T>): Promise<void> => {
    for await (const value of reader) {
      const taken = Promise.withResolvers<void>();
      waiting.push({ value, take: taken.resolve });
      news.resolve();
      await taken.promise;
    }
  };
  const ended = (how: NonNullable<typeof end>) => {
    end ??= how;
    news.resolve();
  };
  for (const reader of readersOf(AbortSignal.any([signal, left.signal])))
    read(reader).then(
      () => ended('over'),
      (error: unknown) => ended({ error }),
    );
  try {
    for (;;) {
      const next = waiting.toSorted((one, other) => earlier(one.value, other.value))[0];
      if (next) {
        waiting.splice(waiting.indexOf(next), 1);
        next.take();
        yield next.value;
      } else if (end) {
        if (end !== 'over') throw (end as { error: unknown }).error;
        return;
      } else {
        await news.promise;
        news = Promise.withResolvers();
      }
    }
  } finally {
    left.abort();
    for (const { take } of waiting) take();
  }
}
