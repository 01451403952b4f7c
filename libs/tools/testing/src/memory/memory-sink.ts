import {
  ContentRefusedError,
  NotACopyError,
  UnavailableError,
  VersionConflictError,
  type ChangeCommand,
} from '@nestjs-spark/contracts';
import {
  COPY_ETAG,
  COPY_GENERATION,
  COPY_SOURCE,
  UNNAMED_RULE,
  idKey,
  isCopyOf,
  isRemovedBy,
  judgeStanding,
  reduceCommands,
  type ChangeSink,
  type Checkpoint,
  type IdRule,
  type Overwrite,
  type StoredCheckpoint,
  type StoredCopy,
  type WantedCopy,
  type WholeCopy,
} from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { collectionOf, fieldsOf, isOfAnother, toMark, toStored, type MemoryCopy } from './memory-copy.ts';
import { joinMetadata } from './join-metadata.ts';
import { requireStorable } from './require-storable.ts';

/** A target database in memory: one transaction per set, fenced by the checkpoint's version. */
export class MemorySink implements ChangeSink {
  /** By its own key. */
  readonly documents = new Map<string, MemoryCopy>();
  readonly #ids: IdRule;
  /** How often one version of a document was put by one generation. */
  readonly applications = new Map<string, number>();
  /** Which documents it refuses, and whether it names the refused one. */
  refuses: (fields: Record<string, unknown>) => boolean = () => false;
  namesRefused = false;
  /** Which copies it refuses to delete. */
  refusesToDelete: (copy: MemoryCopy) => boolean = () => false;
  /** It does not answer when it is given one of those, as if it could not be reached. */
  isSilent = false;
  /** It answers nothing at all. */
  isAway = false;
  /** Takes no writes, as on a full disk; reads continue. */
  full = false;
  readonly #checkpoints = new Map<string, StoredCheckpoint>();
  readonly #versions = new WeakMap<MemoryCopy, string>();
  #version = 0;

  /** @param ids whose rule it follows */
  constructor(ids: IdRule = 'ravendb') {
    this.#ids = ids;
  }

  /** Somebody drops the database and makes it again: it begins with nothing. */
  replace(): void {
    this.documents.clear();
    this.#checkpoints.clear();
  }

  /** The stored checkpoint, at once. */
  checkpointOf(name: string): Checkpoint | null {
    return structuredClone(this.#checkpoints.get(nameKey(name))?.checkpoint ?? null);
  }

  /** The documents and checkpoints, to be restored later as an operator would. */
  backup(): () => void {
    const documents = structuredClone([...this.documents]);
    const checkpoints = structuredClone([...this.#checkpoints]);
    return () => {
      this.documents.clear();
      for (const [key, copy] of documents) this.documents.set(key, copy);
      this.#checkpoints.clear();
      for (const [key, { checkpoint }] of checkpoints)
        this.#checkpoints.set(key, { checkpoint, version: String(++this.#version) });
    };
  }

  /** Writes past the port, as the module itself or another program would. */
  write(
    id: string,
    fields: Record<string, unknown>,
    metadata: Record<string, string> = {},
    collection = 'Cars',
  ): void {
    this.writeText(id, JSON.stringify(fields), metadata, collection);
  }

  /** The same with every sign as given: `json` is the text of the fields. */
  writeText(id: string, json: string, metadata: Record<string, string> = {}, collection = 'Cars'): void {
    const { [COPY_SOURCE]: source = null, [COPY_GENERATION]: generation = null } = metadata;
    const fields = JSON.parse(json) as Record<string, unknown>;
    const text = joinMetadata(json, { '@collection': collection, ...metadata });
    const copy = { id, collection, fields, text, source, etag: 0, generation };
    this.#set(idKey(this.#ids, id), copy);
  }

  /** The text of a document, null when there is none. */
  textOf(id: string): string | null {
    return this.documents.get(idKey(this.#ids, id))?.text ?? null;
  }

  remove(id: string): void {
    this.documents.delete(idKey(this.#ids, id));
  }

  async readCheckpoint(name: string): Promise<StoredCheckpoint | null> {
    this.#requireUp();
    return structuredClone(this.#checkpoints.get(nameKey(name)) ?? null);
  }

  async listCheckpoints(): Promise<StoredCheckpoint[]> {
    return structuredClone([...this.#checkpoints.values()]);
  }

  async apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
    _contents?: unknown,
    overwrite?: Overwrite,
  ): Promise<string> {
    const at = await expected;
    this.#requireUp();
    this.#fence(checkpoint.name, at);
    if (this.full) throw new UnavailableError('The disk of the target is full', { whateverIsSent: true });
    requireStorable(commands, checkpoint);
    this.#requireOwn(commands, checkpoint.name, overwrite);
    this.#requireTaken(commands);
    const before = [...this.documents];
    try {
      let removed = 0;
      for (const command of commands) removed += this.#carryOut(command, checkpoint);
      return this.#store({ ...checkpoint, documentsDeleted: checkpoint.documentsDeleted + removed });
    } catch (error) {
      this.documents.clear();
      for (const [key, copy] of before) this.documents.set(key, copy);
      throw error;
    }
  }

  async findInTheWay(name: string, ids: readonly string[], overwrite?: Overwrite): Promise<string[]> {
    const checkpoint = this.checkpointOf(name);
    return ids.filter((id) => {
      if (this.#reasonAgainst(name, id, overwrite) !== null) return true;
      const there = this.documents.get(idKey(this.#ids, id));
      return checkpoint !== null && there !== undefined && isOfAnother(checkpoint, there, id);
    });
  }

  async *copies(name: string, ids?: readonly string[]): AsyncGenerator<StoredCopy[]> {
    const own = this.#copiesOf(name);
    const keys = ids && new Set(ids.map((id) => idKey(this.#ids, id)));
    yield keys ? own.filter(({ id }) => keys.has(idKey(this.#ids, id))) : own;
  }

  async *wholeCopies(name: string): AsyncGenerator<WholeCopy[]> {
    yield this.#copiesOf(name);
  }

  async removeAsListed(copies: readonly Pick<StoredCopy, 'id' | 'version'>[]): Promise<void> {
    this.#requireUp();
    const found = copies.map(({ id, version }) => {
      const there = this.documents.get(idKey(this.#ids, id));
      if (!there || this.#versionOf(there) !== version) throw new VersionConflictError(id);
      return there;
    });
    this.#requireRemovable(found);
    for (const { id } of found) this.documents.delete(idKey(this.#ids, id));
  }

  async removeCheckpoint({ checkpoint, version }: StoredCheckpoint): Promise<void> {
    this.#requireUp();
    this.#fence(checkpoint.name, version);
    this.#checkpoints.delete(nameKey(checkpoint.name));
  }

  #copiesOf(name: string): WholeCopy[] {
    this.#requireUp();
    const all = [...this.documents.values()].map((copy) => ({
      ...toStored(copy),
      version: this.#versionOf(copy),
      text: copy.text,
    }));
    return all.filter(isCopyOf(name));
  }

  #requireUp(): void {
    if (this.isAway) throw new UnavailableError('The target cannot be reached');
  }

  #requireTaken(commands: ChangeCommand[]): void {
    const refused = commands.find((command) => command.type === 'put' && this.refuses(fieldsOf(command)));
    if (refused?.type !== 'put') return;
    if (this.isSilent) throw new UnavailableError('The target cannot be reached');
    throw new ContentRefusedError('it is not to its taste', this.namesRefused ? refused.id : null);
  }

  #requireRemovable(copies: readonly MemoryCopy[]): void {
    if (!copies.some((copy) => this.refusesToDelete(copy))) return;
    if (this.isSilent) throw new UnavailableError('The target cannot be reached');
    throw new ContentRefusedError('it is not to be deleted', null);
  }

  /** Each write makes another object. */
  #versionOf(copy: MemoryCopy): string {
    const version = this.#versions.get(copy) ?? String(++this.#version);
    this.#versions.set(copy, version);
    return version;
  }

  #requireOwn(commands: ChangeCommand[], name: string, overwrite: Overwrite | undefined): void {
    const inTheWay = new Map<string, string>();
    for (const command of commands) {
      if (command.type !== 'put') continue;
      const { '@metadata': metadata } = JSON.parse(command.document) as {
        '@metadata': Record<string, unknown>;
      };
      const wanted = { collection: collectionOf(metadata), source: String(metadata[COPY_SOURCE]) };
      const reason = this.#reasonAgainst(name, command.id, overwrite, wanted);
      if (reason !== null) inTheWay.set(command.id, reason);
    }
    if (inTheWay.size > 0) throw new NotACopyError(inTheWay);
  }

  #reasonAgainst(
    name: string,
    id: string,
    overwrite: Overwrite | undefined,
    wanted: WantedCopy | null = null,
  ): string | null {
    const there = this.documents.get(idKey(this.#ids, id));
    if (!there) return null;
    const { source, generation, collection } = there;
    const marks = { id: there.id, collection, copyOf: source, generation };
    const judged = judgeStanding(name, overwrite, marks, wanted);
    return typeof judged === 'object' ? judged.reason : null;
  }

  #fence(name: string, expected: string | null): void {
    const there = this.#checkpoints.get(nameKey(name))?.version ?? null;
    if (there !== expected) throw new VersionConflictError(nameKey(name));
  }

  /** @returns how many copies were removed */
  #carryOut(command: ChangeCommand, checkpoint: Checkpoint): number {
    if (command.type === 'put') this.#put(command, checkpoint);
    if (command.type !== 'delete' && command.type !== 'delete-prefix') return 0;
    const isRemoved = isRemovedBy(reduceCommands([command], checkpoint.ids ?? UNNAMED_RULE), checkpoint.name);
    const found = [...this.documents].filter(([, copy]) => isRemoved(toMark(copy)));
    this.#requireRemovable(found.map(([, copy]) => copy));
    for (const [key] of found) this.documents.delete(key);
    return found.length;
  }

  #put({ id, document }: { id: string; document: string }, checkpoint: Checkpoint): void {
    const { '@metadata': metadata, ...fields } = JSON.parse(document) as Record<string, unknown> & {
      '@metadata': Record<string, unknown>;
    };
    const copy: MemoryCopy = {
      id,
      collection: collectionOf(metadata),
      fields,
      text: document,
      source: String(metadata[COPY_SOURCE]),
      etag: Number(metadata[COPY_ETAG]),
      generation: String(metadata[COPY_GENERATION]),
    };
    const rule = checkpoint.ids ?? UNNAMED_RULE;
    const key = idKey(this.#ids, id);
    const there = this.documents.get(key);
    if (there && there.generation === copy.generation && isOfAnother(checkpoint, there, id)) {
      throw new NotACopyError(new Map([[id, `${id} cannot coexist with the copy of ${there.source}`]]));
    }
    for (const [other, { id: otherId }] of this.documents) {
      if (other !== key && idKey(rule, otherId) === idKey(rule, id)) this.documents.delete(other);
    }
    const version = `${copy.source}@${copy.etag} ${copy.generation}`;
    this.applications.set(version, (this.applications.get(version) ?? 0) + 1);
    this.#set(key, copy);
  }

  /** Puts what was written last at the end. */
  #set(key: string, copy: MemoryCopy): void {
    this.documents.delete(key);
    this.documents.set(key, copy);
  }

  #store(checkpoint: Checkpoint): string {
    const version = String(++this.#version);
    this.#checkpoints.set(nameKey(checkpoint.name), { checkpoint: structuredClone(checkpoint), version });
    return version;
  }
}
