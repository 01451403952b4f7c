import type { LeaseKeeper } from '@nestjs-spark/contracts/internal';

/** Grants every lease to everyone, repeatedly: correctness must not depend on any. */
export class OpenLeases implements LeaseKeeper {
  async whileHeld(
    _name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      await work(signal);
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
