import { describeError, pause, type Logger } from '@nestjs-spark/foundation/internal';
import type { ActingFor } from '@nestjs-spark/modules/internal';
import type { ListParts } from '../act/gather.ts';
import { listSystem, type SystemItem, type SystemList, type SystemName } from '../act/system-lists.ts';

const EVERY_MS = 1_000;
const SELF: ActingFor = { sub: 'console', role: 'viewer' };

type Listener = (list: SystemList) => void;

interface Watched {
  listeners: Set<Listener>;
  last: SystemList | null;
}

/** Polls the modules of a system every second while its page is open, once for all tabs. */
export class SystemWatch {
  readonly #parts: ListParts;
  readonly #log: Logger;
  readonly #watched = new Map<SystemName, Watched>();
  #woken = new AbortController();

  constructor(parts: ListParts, log: Logger) {
    this.#parts = parts;
    this.#log = log;
  }

  /** Calls back with the known list and with each new one, until the returned function is called. */
  watch(system: SystemName, listener: Listener): () => void {
    const before = this.#watched.get(system);
    const watched = before ?? { listeners: new Set<Listener>(), last: null };
    watched.listeners.add(listener);
    if (watched.last) listener(watched.last);
    if (!before) {
      this.#watched.set(system, watched);
      void this.#run(system, watched);
    }
    return () => void watched.listeners.delete(listener);
  }

  /** Polls immediately, after an action. */
  wake(): void {
    this.#woken.abort();
    this.#woken = new AbortController();
  }

  async #run(system: SystemName, watched: Watched): Promise<void> {
    const { listeners } = watched;
    while (listeners.size > 0) {
      const began = performance.now();
      try {
        watched.last = await listSystem(this.#parts, SELF, system);
        for (const listener of listeners) listener(watched.last);
      } catch (error) {
        this.#log.warn(`The ${system} cannot be asked: ${describeError(error)}`);
      }
      const left = Math.max(50, EVERY_MS - (performance.now() - began));
      await pause(left, this.#woken.signal, { ref: false });
    }
    this.#watched.delete(system);
  }
}

/** The changes of a list. */
export interface ListDelta extends Omit<SystemList, 'items'> {
  changed: SystemItem[];
  gone: string[];
}

/** The changes between two lists; null if there are none. Pure. */
export function listDelta(before: SystemList, after: SystemList): ListDelta | null {
  const [{ items: old, ...was }, { items, ...is }] = [before, after];
  const known = new Map(old.map((item) => [item.key, JSON.stringify(item)]));
  const changed = items.filter((item) => known.get(item.key) !== JSON.stringify(item));
  const left = new Set(items.map(({ key }) => key));
  const gone = old.map(({ key }) => key).filter((key) => !left.has(key));
  if (changed.length + gone.length === 0 && JSON.stringify(was) === JSON.stringify(is)) return null;
  return { ...is, changed, gone };
}
