import { UnavailableError, type ControlBoard } from '@nestjs-spark/contracts/internal';

/** A control board in memory. `away` makes it answer as if its server could not be reached. */
export class MemoryBoard implements ControlBoard {
  away = false;
  readonly values = new Map<string, object>();
  readonly #watchers = new Set<(subject: string, value: object) => void>();

  async publish<T extends object>(subject: string, value: T): Promise<void> {
    this.#requireThere();
    // As it arrives at the other side: JSON, and nobody else's object.
    const sent = JSON.parse(JSON.stringify(value)) as T;
    this.values.set(subject, sent);
    for (const tell of this.#watchers) tell(subject, sent);
  }

  async last<T extends object>(subject: string): Promise<T | null> {
    this.#requireThere();
    return (this.values.get(subject) as T | undefined) ?? null;
  }

  /** `subjects` ends in `>` or `*`. */
  async *watch<T extends object>(
    subjects: string,
    signal: AbortSignal,
  ): AsyncIterable<{ subject: string; value: T }> {
    const prefix = subjects.replace(/[*>]$/, '');
    const waiting = [...this.values].filter(([subject]) => subject.startsWith(prefix));
    let wake = (): void => {};
    const tell = (subject: string, value: object): void => {
      if (!subject.startsWith(prefix)) return;
      waiting.push([subject, value]);
      wake();
    };
    this.#watchers.add(tell);
    try {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) yield { subject: next[0], value: next[1] as T };
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
      }
    } finally {
      this.#watchers.delete(tell);
    }
  }

  #requireThere(): void {
    if (this.away) throw new UnavailableError('The bus');
  }
}
