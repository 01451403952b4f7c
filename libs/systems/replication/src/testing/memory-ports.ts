import {
  UnavailableError,
  VersionConflictError,
  type ControlBoard,
  type Log,
  type ModuleInformation,
  type ModuleRegistry,
  type StateStore,
  type Versioned,
} from '@nestjs-spark/contracts/internal';

/** Ports in memory, for specs. `away` makes one answer as if its server could not be reached. */

export class MemoryRegistry implements ModuleRegistry {
  away = false;
  reads = 0;
  readonly modules = new Map<string, ModuleInformation>();

  async prepare(): Promise<void> {
    this.#check();
  }

  async register(information: ModuleInformation): Promise<void> {
    this.#check();
    this.modules.set(information.appName.toLowerCase(), structuredClone(information));
  }

  async find(module: string): Promise<ModuleInformation | null> {
    this.#check();
    return structuredClone(this.modules.get(module.toLowerCase()) ?? null);
  }

  async list(): Promise<ModuleInformation[]> {
    this.#check();
    return structuredClone([...this.modules.values()]);
  }

  #check(): void {
    this.reads += 1;
    if (this.away) throw new UnavailableError('The registry');
  }
}

export class MemoryState implements StateStore {
  away = false;
  readonly documents = new Map<string, Versioned<object>>();
  #version = 0;

  async read<T extends object>(id: string): Promise<Versioned<T> | null> {
    this.#check();
    return structuredClone((this.documents.get(id.toLowerCase()) as Versioned<T> | undefined) ?? null);
  }

  async list<T extends object>(prefix: string): Promise<Versioned<T>[]> {
    this.#check();
    const found = [...this.documents.values()].filter(({ id }) =>
      id.toLowerCase().startsWith(prefix.toLowerCase()),
    );
    return structuredClone(found as Versioned<T>[]);
  }

  async write<T extends object>(
    id: string,
    _collection: string,
    value: T,
    expected: string | null,
  ): Promise<string> {
    this.#check();
    const there = this.documents.get(id.toLowerCase())?.version ?? null;
    if (there !== expected) throw new VersionConflictError(id);
    const version = String(++this.#version);
    this.documents.set(id.toLowerCase(), { id, value: structuredClone(value), version });
    return version;
  }

  async remove(id: string): Promise<void> {
    this.#check();
    this.documents.delete(id.toLowerCase());
  }

  #check(): void {
    if (this.away) throw new UnavailableError('The store');
  }
}

export class MemoryBoard implements ControlBoard {
  away = false;
  readonly values = new Map<string, object>();
  readonly #watchers = new Set<(subject: string, value: object) => void>();

  async publish<T extends object>(subject: string, value: T): Promise<void> {
    if (this.away) throw new UnavailableError('The bus');
    this.values.set(subject, value);
    for (const tell of this.#watchers) tell(subject, value);
  }

  async last<T extends object>(subject: string): Promise<T | null> {
    return (this.values.get(subject) as T | undefined) ?? null;
  }

  /** `subjects` ends in `>`. */
  async *watch<T extends object>(
    subjects: string,
    signal: AbortSignal,
  ): AsyncIterable<{ subject: string; value: T }> {
    const prefix = subjects.replace(/>$/, '');
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
}

/** Keeps what was said. */
export class MemoryLog implements Log {
  readonly lines: { level: 'debug' | 'log' | 'warn' | 'error'; message: string }[] = [];

  debug(message: string): void {
    this.lines.push({ level: 'debug', message });
  }

  log(message: string): void {
    this.lines.push({ level: 'log', message });
  }

  warn(message: string): void {
    this.lines.push({ level: 'warn', message });
  }

  error(message: string): void {
    this.lines.push({ level: 'error', message });
  }

  said(level: 'debug' | 'log' | 'warn' | 'error'): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}
