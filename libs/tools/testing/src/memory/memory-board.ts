import { UnavailableError, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { Nudge, type Guard } from '@nestjs-spark/foundation/internal';

/** A control board in memory. `away` makes it behave as if its server were unreachable. */
export class MemoryBoard implements ControlBoard {
  away = false;
  /** Accepts no writes, like JetStream without a majority; existing values can be read. */
  isReadOnly = false;
  readonly values = new Map<string, object>();
  readonly #watchers = new Set<(subject: string, value: object) => void>();

  /** Its stream is deleted: nothing is known any more. */
  lose(): void {
    this.values.clear();
  }

  async publish<T extends object>(subject: string, value: T): Promise<void> {
    this.#requireThere();
    if (this.isReadOnly) throw new UnavailableError('The bus accepts no writes');
    // As it arrives at the other side: JSON, and not a shared object.
    const sent = JSON.parse(JSON.stringify(value)) as T;
    this.values.set(subject, sent);
    for (const tell of this.#watchers) tell(subject, sent);
  }

  async last<T extends object>(subject: string, fits: Guard<T>): Promise<T | null> {
    this.#requireThere();
    const value = this.values.get(subject);
    return fits(value) ? value : null;
  }

  async *watch<T extends object>(
    subjects: string | string[],
    fits: Guard<T>,
    signal: AbortSignal,
    from: 'last' | 'new' = 'last',
  ): AsyncGenerator<{ subject: string; value: T }, void, undefined> {
    const patterns = [subjects].flat().map(patternOf);
    const isWatched = (subject: string): boolean => patterns.some((pattern) => pattern.test(subject));
    const waiting = from === 'new' ? [] : [...this.values].filter(([subject]) => isWatched(subject));
    const nudge = new Nudge();
    const tell = (subject: string, value: object): void => {
      if (!isWatched(subject)) return;
      waiting.push([subject, value]);
      nudge.nudge();
    };
    this.#watchers.add(tell);
    try {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (!next) await nudge.wait(signal);
        else if (fits(next[1])) yield { subject: next[0], value: next[1] };
      }
    } finally {
      this.#watchers.delete(tell);
    }
  }

  #requireThere(): void {
    if (this.away) throw new UnavailableError('The bus cannot be reached');
  }
}

/** Matches as NATS does: `*` is one token, `>` all that follow. */
function patternOf(subjects: string): RegExp {
  const escaped = subjects.replaceAll('.', '\\.').replaceAll('*', '[^.]+').replaceAll('>', '.+');
  return new RegExp(`^${escaped}$`);
}
