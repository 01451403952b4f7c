import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { describeError, pause, type Logger } from '@nestjs-spark/foundation/internal';
import { FRESH_MS, type KeyRing } from './key-ring.ts';

export interface KeyWatchParts {
  keys: Pick<KeyRing, 'refresh'>;
  log: Logger;
  /** Milliseconds between two checks. */
  everyMs?: number;
}

/** Checks the other modules' keys while the application runs, so that an announced key is known before it is used. */
export class KeyWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly parts: KeyWatchParts;
  private readonly stopping = new AbortController();

  constructor(parts: KeyWatchParts) {
    this.parts = parts;
  }

  onApplicationBootstrap(): void {
    void this.run(this.stopping.signal);
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { keys, log, everyMs = FRESH_MS } = this.parts;
    for (;;) {
      await pause(everyMs, signal, { ref: false });
      if (signal.aborted) return;
      await keys.refresh().catch((error: unknown) => {
        log.debug(`The keys of other modules cannot be read: ${describeError(error)}`);
      });
    }
  }
}
