import { hostname } from 'node:os';
import { join } from 'node:path';
import { SqliteDatabase, SqliteStateStore } from '@nestjs-spark/sqlite/internal';
import { Connections } from '../connect/connections.ts';
import { FilesFolder } from '../connect/files-folder.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import { PipelineJournal, type Letter } from '../journal/journal.ts';
import { runPipeline, type RunOptions, type RunResult } from './run-pipeline.ts';

const TENANT = 'default';

export type EmbeddedRunOptions = Pick<RunOptions, 'signal' | 'from' | 'reset' | 'onProgress'>;

export interface EmbeddedPipelinesOptions {
  /** Where the SQLite file is. */
  folder: string;
  /** The only folder that definitions can name files in. */
  files: string;
  /** Default: none. */
  connections?: Connections;
  /** Where a `log` sink writes. */
  print: (line: string) => void;
}

/** Pipelines in this process, which keep what they know in a SQLite file: nothing has to be installed. */
export class EmbeddedPipelines {
  readonly #database: SqliteDatabase;
  readonly #store: SqliteStateStore;
  readonly #files: FilesFolder;
  readonly #connections: Connections;
  readonly #print: (line: string) => void;

  constructor({ folder, files, connections = new Connections([]), print }: EmbeddedPipelinesOptions) {
    this.#connections = connections;
    this.#database = new SqliteDatabase({ path: join(folder, 'pipelines.db') });
    this.#store = new SqliteStateStore(this.#database);
    this.#files = new FilesFolder(files);
    this.#print = print;
  }

  /** Applies a definition and runs it until its source is read or the signal comes. */
  run(definition: PipelineDefinition, options: EmbeddedRunOptions): Promise<RunResult> {
    const node = `${hostname()}:${process.pid}`;
    const around = {
      files: this.#files,
      connections: this.#connections,
      print: this.#print,
      tenant: TENANT,
      node,
    };
    return runPipeline(definition, this.#journalOf(definition.pipelineId), { ...options, ...around });
  }

  /** What a pipeline could not process. */
  letters(pipelineId: string): Promise<Letter[]> {
    return this.#journalOf(pipelineId).letters();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #journalOf(pipelineId: string): PipelineJournal {
    return new PipelineJournal(this.#store, TENANT, pipelineId);
  }
}
