import { performance } from 'node:perf_hooks';
import { pause } from '@nestjs-spark/foundation/internal';
import { type BusHealth, judgePulse, LATE_MS, type PulseFacts } from './judge-pulse.ts';

export interface PulseParts {
  /** A small request like those of the real work; rejects when it is refused or not answered. */
  probe: () => Promise<unknown>;
  /** Explains a failed probe in words; called from the second consecutive failure on. */
  explain: (error: unknown) => Promise<string>;
  /** Called whenever nothing was answered for {@link PATIENCE_MS}. */
  silent: (forMs: number) => void;
  /** The description of a response that did not come in time. */
  silence: string;
  /** Null when the error only tells that nothing was answered. */
  describe: (error: unknown) => string | null;
}

const EVERY_MS = 2_500;
/** How long JetStream may be silent before another server is tried. */
export const PATIENCE_MS = 15_000;

/**
 * Probes JetStream repeatedly while connected: an open socket tells nothing about a cluster without a majority, a full disk, or a
 * server cut off from the others.
 */
export class Pulse {
  readonly #parts: PulseParts;
  #facts: Omit<PulseFacts, 'silence'> = {
    problem: null,
    brokenSince: performance.now(),
    answeredAt: null,
    answeredAtUtc: null,
    tookMs: null,
    misses: 0,
    failure: null,
  };
  /** When probing began, or another server was tried. */
  #patientSince = 0;

  constructor(parts: PulseParts) {
    this.#parts = parts;
  }

  health(problem: string | null): BusHealth {
    return judgePulse({ ...this.#facts, problem, silence: this.#parts.silence }, performance.now());
  }

  /** Probes until `ended`. */
  async run(ended: AbortSignal): Promise<void> {
    this.#patientSince = performance.now();
    while (!ended.aborted) {
      void this.#look(ended);
      await pause(EVERY_MS, ended, { ref: false });
      if (!ended.aborted) this.#checkSilence();
    }
  }

  connected(): void {
    this.#facts.brokenSince = null;
    this.#patientSince = performance.now();
  }

  disconnected(): void {
    this.#facts.brokenSince ??= performance.now();
  }

  /** A late probe counts once it is late, not when it ends, so that one that hangs is noticed soon. */
  async #look(ended: AbortSignal): Promise<void> {
    const sentAt = performance.now();
    let missed = false;
    const miss = (failure: string | null) => {
      if (ended.aborted || this.#facts.brokenSince !== null) return;
      if (!missed) this.#facts.misses++;
      missed = true;
      this.#facts.failure = failure ?? this.#facts.failure;
    };
    const timer = setTimeout(() => miss(null), LATE_MS);
    try {
      await this.#parts.probe();
      this.#answered(sentAt, missed);
    } catch (error) {
      if (ended.aborted) return;
      miss(this.#parts.describe(error));
      if (this.#facts.misses > 1) {
        const explained = await this.#parts.explain(error);
        if (this.#facts.misses > 1) this.#facts.failure = explained;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #answered(sentAt: number, missed: boolean): void {
    const now = performance.now();
    const tookMs = now - sentAt;
    Object.assign(this.#facts, {
      answeredAt: now,
      answeredAtUtc: new Date().toISOString(),
      tookMs,
      failure: null,
    });
    if (!missed) this.#facts.misses = 0;
  }

  #checkSilence(): void {
    const now = performance.now();
    const heardAt = Math.max(this.#facts.answeredAt ?? 0, this.#patientSince);
    if (now - heardAt < PATIENCE_MS) return;
    this.#patientSince = now;
    this.#parts.silent(now - (this.#facts.answeredAt ?? heardAt));
  }
}
