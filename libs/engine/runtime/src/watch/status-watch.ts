import type { ControlBoard } from '@nestjs-spark/contracts/internal';
import { isObject, OneAtATime, pause, ticking, type Logger } from '@nestjs-spark/foundation/internal';
import { SAY_AGAIN, type Carrier } from './carrier.ts';

const HEAR_AGAIN_MS = 5_000;

/** A unit whose status every instance knows. */
export interface Watched {
  /** Unique among the units watched together. */
  readonly name: string;
  readonly progress: { readonly carrier: Carrier; tick(): void };
}

/** The report on one unit. */
export interface Said {
  subject: string;
  status: object;
}

/** What a kind of unit publishes, receives and reads. */
export interface WatchedSide<U extends Watched> {
  /** The report that a unit's carrier publishes; null while this instance is not the carrier, or knows nothing yet. */
  say(unit: U): Said | null;
  /** A value arrived on the board. */
  hear(subject: string, value: object): void;
  /** Additional work at each tick; returns immediately. */
  tick?(): void;
  /** Reads what all instances share. Not called again before it has finished. */
  look(stopped: AbortSignal): Promise<void>;
  /** The number of ticks between two calls of `look`. */
  readonly lookEvery: number;
}

export interface StatusWatchParts<U extends Watched> {
  control: ControlBoard;
  logger: Logger;
  tickMs: number;
  units: { all(): U[] };
  side: WatchedSide<U>;
}

/**
 * Keeps every instance's view of its units current, independently of the work and of who does it. Once a second it reads what the
 * instances share; it listens to the board, and publishes the state of the units that this instance carries.
 */
export class StatusWatch<U extends Watched> {
  readonly #parts: StatusWatchParts<U>;
  readonly #stopped = new AbortController();
  readonly #looking = new OneAtATime();
  readonly #said = new Map<string, { one: OneAtATime; text: string; ago: number }>();
  #ticks = 0;
  #stopTicking: (() => void) | null = null;
  #hearing: Promise<void> | null = null;

  constructor(parts: StatusWatchParts<U>) {
    this.#parts = parts;
  }

  /** Starts, unless already started. @param subjects what to listen to */
  start(subjects: string): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopTicking ??= ticking(this.#parts.tickMs, () => this.#tick());
    this.#hearing ??= this.#hear(subjects);
  }

  async stop(): Promise<void> {
    this.#stopTicking?.();
    this.#stopped.abort();
    await this.#hearing;
  }

  #tick(): void {
    const { units, side } = this.#parts;
    for (const unit of units.all()) {
      unit.progress.tick();
      this.#say(unit);
    }
    side.tick?.();
    if (this.#ticks++ % side.lookEvery === 0) this.#looking.try(() => side.look(this.#stopped.signal));
  }

  /** The carrier publishes its state when it changes, and every few ticks as a sign of life. */
  #say(unit: U): void {
    const { side, control } = this.#parts;
    const said = side.say(unit);
    if (said === null) return;
    const { subject, status } = said;
    const before = this.#said.get(unit.name) ?? { one: new OneAtATime(), text: '', ago: 0 };
    this.#said.set(unit.name, before);
    const text = JSON.stringify({ ...status, at: 0 });
    if (++before.ago < SAY_AGAIN && before.text === text) return;
    before.one.try(async () => {
      await control.publish(subject, status);
      Object.assign(before, { text, ago: 0 });
      unit.progress.carrier.heard();
    });
  }

  /** Listens until stopped, whatever fails in between. */
  async #hear(subjects: string): Promise<void> {
    const { control, logger, side } = this.#parts;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        for await (const { subject, value } of control.watch(subjects, isObject, signal))
          side.hear(subject, value);
      } catch (error) {
        logger.error(`No longer receiving ${subjects}; trying again`, error);
      }
      await pause(HEAR_AGAIN_MS, signal);
    }
  }
}
