import { pause } from '@nestjs-spark/foundation/internal';

export interface BatchBounds<T> {
  readonly mostItems: number;
  readonly mostWeight: number;
  weigh(item: T): number;
  /**
   * How long to wait for more after the first.
   * @param sinceMs how long ago the previous batch was returned; Infinity for none
   */
  waitMs(sinceMs: number): number;
}

/** Groups what comes: as many as are there within a moment of the first, until they are many or weigh much. */
export async function* inBatches<T>(
  items: AsyncIterable<T>,
  { mostItems, mostWeight, weigh, waitMs }: BatchBounds<T>,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  // A rejection is handled at the next await; until then it must not count as unhandled.
  next.catch(() => undefined);
  let handedAt = -Infinity;
  for (;;) {
    const first = await next;
    if (first.done === true) return;
    const batch = [first.value];
    let weight = weigh(first.value);
    next = iterator.next();
    next.catch(() => undefined);
    const wait = waitMs(performance.now() - handedAt);
    const over = weight < mostWeight ? pause(wait, signal).then(() => null) : null;
    while (batch.length < mostItems && weight < mostWeight) {
      const more = await Promise.race([next.catch(() => null), over]);
      if (more === null || more.done === true) break;
      batch.push(more.value);
      weight += weigh(more.value);
      next = iterator.next();
      next.catch(() => undefined);
    }
    handedAt = performance.now();
    yield batch;
  }
}
