import type { Logger } from '../logging/logger.ts';
import { Breaker, type BreakerParts, type BreakerReport } from './breaker.ts';

const SILENT: Pick<Logger, 'log' | 'warn'> = { log: () => undefined, warn: () => undefined };

/** The breakers of one application: one per target, shared by all who send to it. */
export class Breakers {
  readonly #log: Pick<Logger, 'log' | 'warn'>;
  readonly #breakers = new Map<string, Breaker>();
  readonly #shown = new Map<string, () => BreakerReport>();

  /** @param log where outages and recoveries are logged; default: nowhere */
  constructor(log: Pick<Logger, 'log' | 'warn'> = SILENT) {
    this.#log = log;
  }

  /** The breaker of a target; the first call's options apply. */
  of(parts: Omit<BreakerParts, 'log'>): Breaker {
    const { target } = parts;
    const breaker = this.#breakers.get(target) ?? new Breaker({ ...parts, log: this.#log });
    this.#breakers.set(target, breaker);
    this.show(target, () => breaker.report());
    return breaker;
  }

  /** Shows a connection that does the same on its own. */
  show(target: string, report: () => BreakerReport): void {
    this.#shown.set(target, report);
  }

  reports(): BreakerReport[] {
    return [...this.#shown.values()].map((report) => report());
  }
}
