import type { StoreCommand, StoredDocument, TestDatabase } from './stores/test-database.ts';

/** What a hostile hand does to copies. */
export const CORRUPTIONS = [
  'deleted',
  'changed',
  'of-another-document',
  'of-another-etag',
  'ghost',
  'ghost-of-a-document',
  'own',
] as const;

export type CorruptionKind = (typeof CORRUPTIONS)[number];

/** How each is to be reported. */
const REPORTED = {
  deleted: 'missing',
  changed: 'stale',
  'of-another-document': 'stale',
  'of-another-etag': 'stale',
  ghost: 'ghost',
  'ghost-of-a-document': 'ghost',
  own: 'foreign',
} as const satisfies Record<CorruptionKind, string>;

export type Reported = Record<'missing' | 'stale' | 'ghost' | 'foreign', number>;

/** Corrupts HR's copies of Fleet's cars past the engine, and remembers how. */
export class Corruption {
  readonly #database: TestDatabase;
  readonly #random: () => number;
  readonly kinds: CorruptionKind[] = [];
  /** What is stored under the ids that are no longer copies. */
  readonly own = new Map<string, StoredDocument>();

  constructor(database: TestDatabase, random: () => number) {
    this.#database = database;
    this.#random = random;
  }

  /** One corruption for each of these copies. */
  async corrupt(ids: readonly string[], kinds: readonly CorruptionKind[] = CORRUPTIONS): Promise<void> {
    const copies = await this.#database.documents('Cars');
    const commands: StoreCommand[] = [];
    for (const id of ids) {
      const kind = kinds[Math.floor(this.#random() * kinds.length)] ?? 'deleted';
      const copy = copies.get(id);
      if (!copy) throw new Error(`there is no copy ${id}`);
      this.kinds.push(kind);
      commands.push(this.#command(id, copy, kind));
    }
    await this.#database.write(commands);
  }

  /** How many of each kind are to be found. */
  get reported(): Reported {
    const reported = { missing: 0, stale: 0, ghost: 0, foreign: 0 };
    for (const kind of this.kinds) reported[REPORTED[kind]]++;
    return reported;
  }

  #command(id: string, copy: StoredDocument, kind: CorruptionKind): StoreCommand {
    const marked = (changes: object): StoredDocument => {
      return { ...copy, '@metadata': { ...copy['@metadata'], ...changes } };
    };
    switch (kind) {
      case 'deleted':
        return { id, deleted: true };
      case 'changed':
        return { id, document: { ...copy, Model: `${String(copy['Model'])} ` } };
      case 'of-another-document':
        return { id, document: marked({ 'spark-source': 'Fleet/cars/none' }) };
      case 'of-another-etag':
        return { id, document: marked({ 'spark-etag': 2 ** 52 }) };
      case 'ghost':
        return { id: `ghosts/${id}`, document: marked({ 'spark-source': `Fleet/ghosts/${id}` }) };
      case 'ghost-of-a-document':
        return { id: `${id}/twin`, document: copy };
      case 'own': {
        const document = { Model: 'own', '@metadata': { '@collection': 'Cars' } };
        this.own.set(id, document);
        return { id, document };
      }
    }
  }
}
