import { setTimeout as pause } from 'node:timers/promises';

/** Begins writes at a steady rate and waits for all of them. @returns how many were not accepted */
export async function writeSteadily(
  perSecond: number,
  seconds: number,
  write: (number: number) => Promise<boolean>,
): Promise<number> {
  const writes: Promise<boolean>[] = [];
  const begunAt = performance.now();
  for (let number = 0; number < perSecond * seconds; number++) {
    const waitMs = begunAt + (number * 1_000) / perSecond - performance.now();
    if (waitMs > 1) await pause(waitMs);
    writes.push(write(number));
  }
  return (await Promise.all(writes)).filter((isAccepted) => !isAccepted).length;
}
