import {
  ContentRefusedError,
  NotACopyError,
  VersionConflictError,
  taskId,
  taskLabel,
  type ChangeCommand,
  type TaskKey,
} from '@nestjs-spark/contracts';
import {
  COPY_ETAG,
  COPY_GENERATION,
  COPY_SOURCE,
  generationLabel,
  judgeStanding,
  type ChangeTarget,
  type Checkpoint,
  type Overwrite,
  type StoredCheckpoint,
  type WantedCopy,
} from '@nestjs-spark/contracts/internal';

export interface MemoryCopy {
  id: string;
  collection: string;
  fields: Record<string, unknown>;
  source: string | null;
  etag: number;
  generation: string | null;
}

/** A target database in memory: one transaction per set, fenced by the checkpoint's version. */
export class MemoryTarget implements ChangeTarget {
  readonly documents = new Map<string, MemoryCopy>();
  /** How often one version of a document was put by one generation. */
  readonly applications = new Map<string, number>();
  /** Which documents it does not take, and whether it says which one it was. */
  refuses: (fields: Record<string, unknown>) => boolean = () => false;
  namesRefused = false;
  readonly #checkpoints = new Map<string, StoredCheckpoint>();
  #version = 0;

  /** What stands there, to be put back later as an operator would. */
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
    const { [COPY_SOURCE]: source = null, [COPY_GENERATION]: generation = null } = metadata;
    this.documents.set(id.toLowerCase(), { id, collection, fields, source, etag: 0, generation });
  }

  remove(id: string): void {
    this.documents.delete(id.toLowerCase());
  }

  async readCheckpoint(task: TaskKey): Promise<StoredCheckpoint | null> {
    return structuredClone(this.#checkpoints.get(taskId(task)) ?? null);
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
    this.#fence(checkpoint.task, await expected);
    this.#requireOwn(commands, checkpoint.task, overwrite);
    this.#requireTaken(commands);
    for (const command of commands) this.#carryOut(command, checkpoint.task);
    return this.#store(checkpoint);
  }

  async findInTheWay(task: TaskKey, ids: readonly string[], overwrite?: Overwrite): Promise<string[]> {
    return ids.filter((id) => this.#reasonAgainst(task, id, overwrite) !== null);
  }

  async sweep({ checkpoint, version }: StoredCheckpoint): Promise<StoredCheckpoint> {
    this.#fence(checkpoint.task, version);
    const label = taskLabel(checkpoint.task);
    const current = generationLabel(label, checkpoint.generation);
    for (const [key, copy] of this.documents) {
      if (copy.generation?.startsWith(`${label}:`) && copy.generation !== current) this.documents.delete(key);
    }
    const swept = { ...checkpoint, swept: true };
    return { checkpoint: swept, version: this.#store(swept) };
  }

  async forget(task: TaskKey): Promise<{ removed: number }> {
    let removed = 0;
    for (const [key, copy] of this.documents) {
      if (!copy.generation?.startsWith(`${taskLabel(task)}:`)) continue;
      this.documents.delete(key);
      removed++;
    }
    this.#checkpoints.delete(taskId(task));
    return { removed };
  }

  #requireTaken(commands: ChangeCommand[]): void {
    const refused = commands.find((command) => command.type === 'put' && this.refuses(fieldsOf(command)));
    if (refused?.type !== 'put') return;
    throw new ContentRefusedError('it is not to its taste', this.namesRefused ? refused.id : null);
  }

  #requireOwn(commands: ChangeCommand[], task: TaskKey, overwrite: Overwrite | undefined): void {
    const inTheWay = new Map<string, string>();
    for (const command of commands) {
      if (command.type !== 'put') continue;
      const { '@metadata': metadata } = JSON.parse(command.document) as {
        '@metadata': Record<string, unknown>;
      };
      const wanted = { collection: collectionOf(metadata), source: String(metadata[COPY_SOURCE]) };
      const reason = this.#reasonAgainst(task, command.id, overwrite, wanted);
      if (reason !== null) inTheWay.set(command.id, reason);
    }
    if (inTheWay.size > 0) throw new NotACopyError(inTheWay);
  }

  #reasonAgainst(
    task: TaskKey,
    id: string,
    overwrite: Overwrite | undefined,
    wanted: WantedCopy | null = null,
  ): string | null {
    const there = this.documents.get(id.toLowerCase());
    if (!there) return null;
    const { source, generation, collection } = there;
    const marks = { id: there.id, collection, copyOf: source, generation };
    const judged = judgeStanding(task, overwrite, marks, wanted);
    return typeof judged === 'object' ? judged.reason : null;
  }

  #fence(task: TaskKey, expected: string | null): void {
    const there = this.#checkpoints.get(taskId(task))?.version ?? null;
    if (there !== expected) throw new VersionConflictError(taskId(task));
  }

  #carryOut(command: ChangeCommand, task: TaskKey): void {
    if (command.type === 'put') {
      const { '@metadata': metadata, ...fields } = JSON.parse(command.document) as Record<string, unknown> & {
        '@metadata': Record<string, unknown>;
      };
      const copy: MemoryCopy = {
        id: command.id,
        collection: collectionOf(metadata),
        fields,
        source: String(metadata[COPY_SOURCE]),
        etag: Number(metadata[COPY_ETAG]),
        generation: String(metadata[COPY_GENERATION]),
      };
      const version = `${copy.source}@${copy.etag} ${copy.generation}`;
      this.applications.set(version, (this.applications.get(version) ?? 0) + 1);
      this.documents.set(command.id.toLowerCase(), copy);
      return;
    }
    if (command.type !== 'delete' && command.type !== 'delete-prefix') return;
    for (const [key, copy] of this.documents) {
      const meant =
        command.type === 'delete'
          ? key === command.id.toLowerCase()
          : key.startsWith(command.prefix.toLowerCase());
      if (meant && copy.generation?.startsWith(`${taskLabel(task)}:`)) this.documents.delete(key);
    }
  }

  #store(checkpoint: Checkpoint): string {
    const version = String(++this.#version);
    this.#checkpoints.set(taskId(checkpoint.task), { checkpoint: structuredClone(checkpoint), version });
    return version;
  }
}

function collectionOf(metadata: Record<string, unknown>): string {
  return String(metadata['@collection'] ?? '');
}

function fieldsOf({ document }: { document: string }): Record<string, unknown> {
  return JSON.parse(document) as Record<string, unknown>;
}
