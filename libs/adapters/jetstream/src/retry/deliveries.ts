import { Nudge, Places } from '@nestjs-spark/foundation/internal';

interface Delivery {
  subject: string;
  ended: Promise<unknown>;
}

/** The deliveries of a consumer that are under way. Of their messages only the subjects are kept. */
export class Deliveries {
  readonly #underWay = new Places<Delivery>();
  readonly #left = new Nudge();

  /** @param ended never rejects */
  add(subject: string, ended: Promise<void>): void {
    const leave = this.#underWay.add({ subject, ended });
    void ended.finally(() => {
      leave();
      this.#left.nudge();
    });
  }

  /**
   * Resolves once fewer than `count` are under way, or when aborted. Not by `Promise.race`: each call would leave a reaction on every
   * promise, and one of them may take hours.
   */
  async fewerThan(count: number, signal: AbortSignal): Promise<void> {
    while (this.#underWay.all().length >= count && !signal.aborted) await this.#left.wait(signal);
  }

  /** Resolves when all that are under way now have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay.all().map(({ ended }) => ended));
  }

  /** The subjects of those under way, each once. */
  subjects(): string[] {
    return [...new Set(this.#underWay.all().map(({ subject }) => subject))];
  }
}
