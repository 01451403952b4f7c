import { taskId, type Etag, type TaskKey } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';

const COLLECTION = 'SparkSetAside';

/** A document whose script failed: it waits for a changed script or document while the rest goes on. */
export interface SetAsideDocument {
  task: TaskKey;
  documentId: string;
  etag: Etag;
  /** Why, with the line and column in the user's own script where there is one. */
  reason: string;
  kind: string;
  line: number | null;
  column: number | null;
  /** Milliseconds since 1970. */
  at: number;
}

/** Remembers which documents of a task are set aside, in the owner's own database. */
export class SetAside {
  readonly #state: StateStore;
  readonly #prefix: string;
  readonly #ids = new Set<string>();

  private constructor(state: StateStore, task: TaskKey) {
    this.#state = state;
    this.#prefix = `sparkSetAside/${taskId(task)}/`;
  }

  static async open(state: StateStore, task: TaskKey): Promise<SetAside> {
    const opened = new SetAside(state, task);
    for (const stored of await state.list<SetAsideDocument>(opened.#prefix))
      opened.#ids.add(stored.id.toLowerCase());
    return opened;
  }

  get count(): number {
    return this.#ids.size;
  }

  async add(document: SetAsideDocument): Promise<void> {
    const id = this.#idOf(document.documentId);
    const there = await this.#state.read<SetAsideDocument>(id);
    await this.#state.write(id, COLLECTION, document, there?.version ?? null);
    this.#ids.add(id);
  }

  /** Says that a document got through, or is gone. */
  async clear(documentId: string): Promise<void> {
    const id = this.#idOf(documentId);
    if (!this.#ids.has(id)) return;
    await this.#state.remove(id);
    this.#ids.delete(id);
  }

  #idOf(documentId: string): string {
    return `${this.#prefix}${documentId}`.toLowerCase();
  }
}
