import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '@nestjs-spark/foundation/internal';
import { GENERATION_FILE, OWNER_FILE } from '../../definition/reserved-names.ts';
import type { Fields } from '../../expression/compile-expression.ts';
import { nameOfBatch, strangersIn } from './batch-files.ts';
import { writeCsv } from './csv.ts';
import { orAbsent } from './file-error.ts';
import type { FilesFolder } from './files-folder.ts';
import { FencedError, RunFailedError, type Claim, type OutBatch, type Sink } from '../ports.ts';

export interface FileSinkOptions {
  /** Default: JSON lines. */
  format?: 'ndjson' | 'csv';
  /** Whether files of other generations are removed. Default: they fail the pipeline. */
  overwrite?: boolean;
}

/** Writes one file of JSON lines or CSV per batch. A folder has the files of one generation, which is marked in it. */
export class FileSink implements Sink {
  readonly #folder: FilesFolder;
  readonly #path: string;
  readonly #format: 'ndjson' | 'csv';
  readonly #overwrites: boolean;
  #incarnation = '';

  constructor(
    folder: FilesFolder,
    path: string,
    { format = 'ndjson', overwrite = false }: FileSinkOptions = {},
  ) {
    this.#folder = folder;
    this.#path = path;
    this.#format = format;
    this.#overwrites = overwrite;
  }

  async open(claim: Claim): Promise<null> {
    const { tenant, pipelineId, incarnation } = claim;
    const claimed = `${tenant}/${pipelineId}`;
    const folder = await this.#folder.makeFolder(this.#path);
    const file = join(folder, OWNER_FILE);
    // An owner file that exists but cannot be read does not mean that the folder is free.
    const owner = await readFile(file, 'utf8').catch(orAbsent(file));
    if (owner === null) await writeWhole(file, claimed);
    else if (owner !== claimed)
      throw new RunFailedError(`${this.#path} is written by the pipeline ${owner}: name another folder`);
    const marked = await markOf(folder);
    const strangers = strangersIn(await readdir(folder), claim, marked);
    // Records before a position that an operator has set are not read again: their files stay.
    if (strangers.length > 0 && (!this.#overwrites || claim.continues))
      throw new RunFailedError(this.#otherFiles(strangers, claim));
    for (const name of strangers) await rm(join(folder, name), { force: true });
    // Last: if the process ends before, the next one finds the strangers again.
    if (marked !== incarnation) await writeWhole(join(folder, GENERATION_FILE), incarnation);
    this.#incarnation = incarnation;
    return null;
  }

  async close(): Promise<void> {}

  /** @throws {FencedError} if a later generation has the folder by now */
  async write({ records, ...batch }: OutBatch): Promise<void> {
    if (records.length === 0) return;
    const folder = await this.#folder.makeFolder(this.#path);
    if (((await markOf(folder)) ?? this.#incarnation) !== this.#incarnation) throw new FencedError(null);
    const name = nameOfBatch(batch, this.#format);
    const all = records.map(({ fields }) => fields);
    await writeWhole(join(folder, name), this.#format === 'csv' ? writeCsv(all) : writeLines(all));
  }

  #otherFiles(names: readonly string[], { continues }: Claim): string {
    const found = `${this.#path} has ${counted(names.length, 'file')} that this generation of the pipeline did not write, such as ${names[0]}: readers would take both for one output`;
    const remove = continues ? '' : ', or set "overwrite: true" in the sink to have them removed';
    return `${found}. Move them, or name another folder${remove}`;
  }
}

const markOf = (folder: string): Promise<string | null> => {
  const file = join(folder, GENERATION_FILE);
  return readFile(file, 'utf8').catch(orAbsent(file));
};

const writeLines = (records: readonly Fields[]): string =>
  records.map((fields) => `${JSON.stringify(fields)}\n`).join('');

/** Under another name first: readers never see part of it, nor what a process writes that has lost its pipeline. */
async function writeWhole(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${randomUUID()}.unfinished`;
  try {
    await writeSynced(unfinished, text);
    await rename(unfinished, file);
  } catch (error) {
    // Otherwise, on a full disk, each attempt would use up the space that was freed.
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
