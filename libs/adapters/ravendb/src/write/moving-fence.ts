import { checkpointId, type Checkpoint, type StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { toCheckpointDocument } from './checkpoint-document.ts';
import { readCheckpoint } from './checkpoints.ts';
import type { Copy } from './own-copies.ts';
import { write } from './transaction.ts';

/** A checkpoint written again with every step, so that a step only counts while nobody else has moved it. */
export class MovingFence {
  readonly checkpoint: Checkpoint;
  readonly #http: RavenHttp;
  #version: string;

  constructor(http: RavenHttp, { checkpoint, version }: StoredCheckpoint) {
    this.#http = http;
    this.checkpoint = checkpoint;
    this.#version = version;
  }

  get version(): string {
    return this.#version;
  }

  async write(deletes: readonly Copy[], checkpoint: Checkpoint): Promise<void> {
    const id = checkpointId(checkpoint.name);
    const fence = { id, document: toCheckpointDocument(checkpoint), expected: this.#version };
    this.#version = await write(this.#http, { deletes, puts: [], fence });
  }

  async isPassed(): Promise<boolean> {
    return (await readCheckpoint(this.#http, this.checkpoint.name))?.version !== this.#version;
  }
}
