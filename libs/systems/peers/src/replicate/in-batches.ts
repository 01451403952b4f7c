import { pause } from '@nestjs-spark/foundation/internal';

/** Groups what comes: as many as are there within a moment of the first, up to `most`. */
export async function* inBatches<T>(
  items: AsyncIterable<T>,
  most: number,
  waitMs: number,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  // Heard at the next await; until then nobody has to.
  next.catch(() => undefined);
  for (;;) {
    const first = await next;
    if (first.done === true) return;
    const batch = [first.value];
    next = iterator.next();
    next.catch(() => undefined);
    const over = pause(waitMs, signal).then(() => null);
    while (batch.length < most) {
      const more = await Promise.race([next.catch(() => null), over]);
      if (more === null || more.done === true) break;
      batch.push(more.value);
      next = iterator.next();
      next.catch(() => undefined);
    }
    yield batch;
  }
}
