/** A document as it is stored: PascalCase fields, and `@metadata` as RavenDB writes it. */
export type StoredDocument = Record<string, unknown> & { '@metadata'?: Record<string, unknown> };

export type StoreCommand = { id: string; document: StoredDocument } | { id: string; deleted: true };

/** A task that an owner has agreed to. */
export interface DeployedTask {
  name: string;
  collection: string;
  script: string;
}

/** A member's database, looked at and written to past the app, as its operators would. */
export interface TestDatabase {
  readonly name: string;
  /** The variables by which an app runs on it. */
  readonly environment: Record<string, string>;
  create(): Promise<void>;
  drop(): Promise<void>;
  /** Copies its files, and answers what puts them back: the database is then what it was, under the same id. */
  backup(): Promise<() => Promise<void>>;
  get(id: string): Promise<StoredDocument | null>;
  put(id: string, document: StoredDocument): Promise<void>;
  delete(id: string): Promise<void>;
  /** In transactions of many commands, in this order. */
  write(commands: StoreCommand[]): Promise<void>;
  /** All documents of a collection by id in lower case (ids do not differ by case). */
  documents(collection: string): Promise<Map<string, StoredDocument>>;
  /** Everything that it holds, as text to be searched. */
  dump(): Promise<string>;
  count(collection: string): Promise<number>;
  /** Does something while nobody is writing: a process frozen within a transaction would keep all others from writing. */
  betweenWrites(work: () => void): void;
  /** Lets the store forget all deletes that nothing holds back, at once. */
  cleanTombstones(): Promise<void>;
  /** How many documents the copy `{owner}/{requester}/{task}` has applied in all, as its checkpoint says; null for none. */
  documentsPut(task: string): Promise<number | null>;
  /** What this owner has agreed to send to a requester. */
  deployedTasks(requester: string): Promise<DeployedTask[]>;
}
