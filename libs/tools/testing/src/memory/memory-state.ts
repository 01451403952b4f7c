import {
  isHouseDocument,
  notOfTheHouse,
  UnavailableError,
  VersionConflictError,
  type StateStore,
  type StateWrite,
  type Versioned,
} from '@nestjs-spark/contracts/internal';

interface Kept {
  id: string;
  collection: string;
  text: string;
  version: number;
}

/** A state store in memory. `away` makes it behave as if its server were unreachable. */
export class MemoryState implements StateStore {
  away = false;
  /** Runs once before the next write, like a concurrent instance. */
  beforeWrite: (() => Promise<void>) | null = null;
  readonly #target: string;
  readonly #documents = new Map<string, Kept>();
  #version = 0;

  /** @param target the name in an `UnavailableError` */
  constructor(target = 'The store') {
    this.#target = target;
  }

  /** What is stored, by lower-case id. */
  get documents(): ReadonlyMap<string, Versioned<object>> {
    return new Map([...this.#documents].map(([key, kept]) => [key, versioned<object>(kept)]));
  }

  /** Everything is gone, as when its database is dropped. */
  clear(): void {
    this.#documents.clear();
  }

  /** The current content, to be restored later with the rest of the database. */
  backup(): () => void {
    const documents = [...this.#documents];
    return () => {
      this.#documents.clear();
      for (const [key, kept] of documents) this.#documents.set(key, { ...kept, version: ++this.#version });
    };
  }

  async read<T extends object>(id: string): Promise<Versioned<T> | null> {
    this.#requireThere();
    const found = this.#documents.get(id.toLowerCase());
    return found && isOwn(found) ? versioned<T>(found) : null;
  }

  async list<T extends object>(prefix: string): Promise<Versioned<T>[]> {
    this.#requireThere();
    const found = [...this.#documents].filter(([key]) => key.startsWith(prefix.toLowerCase()));
    return found.filter(([, kept]) => isOwn(kept)).map(([, kept]) => versioned<T>(kept));
  }

  /** A page of documents whose id starts with `prefix`, in the order in which they were written, and the total number. */
  async page<T extends object>(
    prefix: string,
    skip: number,
    take: number,
  ): Promise<{ documents: Versioned<T>[]; total: number }> {
    const found = (await this.list<T>(prefix)).toSorted((a, b) => Number(a.version) - Number(b.version));
    return { documents: found.slice(skip, skip + take), total: found.length };
  }

  async write<T extends object>(
    id: string,
    collection: string,
    value: T,
    expected: string | null,
  ): Promise<string> {
    this.#requireThere();
    const first = this.beforeWrite;
    this.beforeWrite = null;
    await first?.();
    const there = this.#documents.get(id.toLowerCase());
    if (there && !isOwn(there)) throw notOfTheHouse(id, there.collection);
    if ((there ? String(there.version) : null) !== expected) throw new VersionConflictError(id);
    const version = ++this.#version;
    this.#documents.set(id.toLowerCase(), { id, collection, text: JSON.stringify(value), version });
    return String(version);
  }

  async remove(id: string): Promise<void> {
    this.#requireThere();
    const there = this.#documents.get(id.toLowerCase());
    if (there && isOwn(there)) this.#documents.delete(id.toLowerCase());
  }

  async readAll<T extends object>(ids: readonly string[]): Promise<(T | null)[]> {
    return Promise.all(ids.map(async (id) => (await this.read<T>(id))?.value ?? null));
  }

  async writeTogether(
    writes: readonly StateWrite[],
    { id, collection, value, expected }: StateWrite & { expected: string | null },
  ): Promise<string> {
    for (const one of writes) {
      const there = this.#documents.get(one.id.toLowerCase());
      if (there && !isOwn(there)) throw notOfTheHouse(one.id, there.collection);
    }
    const last = await this.write(id, collection, value ?? {}, expected);
    for (const one of writes) {
      const key = one.id.toLowerCase();
      const text = JSON.stringify(one.value);
      if (one.value === null) this.#documents.delete(key);
      else
        this.#documents.set(key, { id: one.id, collection: one.collection, text, version: ++this.#version });
    }
    return last;
  }

  #requireThere(): void {
    if (this.away) throw new UnavailableError(`${this.#target} cannot be reached`);
  }
}

function isOwn({ id, collection }: Kept): boolean {
  return isHouseDocument(id, collection);
}

function versioned<T extends object>({ id, text, version }: Kept): Versioned<T> {
  return { id, value: JSON.parse(text) as T, version: String(version) };
}
