import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '@nestjs-spark/foundation/internal';
import { GENERATION_FILE, OWNER_FILE } from '../../definition/reserved-names.ts';
import type { Fields } from '../../expression/compile-expression.ts';
import { nameOfBatch, otherFiles } from './batch-files.ts';
import { writeCsv } from './csv.ts';
import { orAbsent } from './file-error.ts';
import type { FilesFolder } from './files-folder.ts';
import { FencedError, RunFailedError, type Claim, type OutBatch, type Sink } from '../ports.ts';

export interface FileSinkOptions {
  /** Default: JSON lines. */
  format?: 'ndjson' | 'csv';
  /** Whether batch files that this generation did not write are removed. Default: they stay; if they have its names, the pipeline fails. */
  overwrite?: boolean;
  /** Told that earlier files stay, once per generation, or that they are removed. */
  warn?: (text: string) => void;
}

/** Writes one file of JSON lines or CSV per batch. Its folder is marked with the generation that writes. */
export class FileSink implements Sink {
  readonly #folder: FilesFolder;
  readonly #path: string;
  readonly #format: 'ndjson' | 'csv';
  readonly #overwrites: boolean;
  readonly #warn: (text: string) => void;
  #incarnation = '';
  /** The mark that the folder had when this process last looked. */
  #marked: string | null = null;
  /** Files to be removed before the first batch is written. */
  #doomed: readonly string[] = [];

  constructor(
    folder: FilesFolder,
    path: string,
    { format = 'ndjson', overwrite = false, warn = () => undefined }: FileSinkOptions = {},
  ) {
    this.#folder = folder;
    this.#path = path;
    this.#format = format;
    this.#overwrites = overwrite;
    this.#warn = warn;
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
    const { earlier, clashing } = otherFiles(await filesIn(folder), claim, marked);
    // Records before a position that an operator has set are not read again: their files stay.
    const mayRemove = this.#overwrites && !claim.continues;
    this.#doomed = mayRemove ? [...earlier, ...clashing] : [];
    if (!mayRemove && clashing.length > 0) throw new RunFailedError(this.#inTheWay(clashing, claim));
    if (!mayRemove && earlier.length > 0 && !claim.continues && marked !== incarnation)
      this.#warn(`${claimed}: ${this.#besides(earlier, claim)}`);
    this.#incarnation = incarnation;
    this.#marked = marked;
    if (this.#doomed.length === 0) await this.#mark(folder);
    return null;
  }

  async close(): Promise<void> {}

  /** @throws {FencedError} if a later generation has the folder by now */
  async write({ records, ...batch }: OutBatch): Promise<void> {
    if (records.length === 0) return;
    const folder = await this.#folder.makeFolder(this.#path);
    const mark = await markOf(folder);
    // Another lane of this generation has removed them already, and may have written under their names.
    if (mark === this.#incarnation) this.#doomed = [];
    else if (mark !== null && mark !== this.#marked) throw new FencedError(null);
    if (this.#doomed.length > 0) await this.#removeOthers(folder);
    const name = nameOfBatch(batch, this.#format);
    const all = records.map(({ fields }) => fields);
    await writeWhole(join(folder, name), this.#format === 'csv' ? writeCsv(all) : writeLines(all));
  }

  /** With the first batch, not earlier: a generation whose source cannot be read leaves the earlier output alone. */
  async #removeOthers(folder: string): Promise<void> {
    for (const name of this.#doomed) await rm(join(folder, name), { force: true });
    this.#warn(`${counted(this.#doomed.length, 'file')} of other generations removed from ${this.#path}`);
    this.#doomed = [];
    // Last: if the process ends before, the next one finds the other files again.
    await this.#mark(folder);
  }

  async #mark(folder: string): Promise<void> {
    if (this.#marked !== this.#incarnation)
      await writeWhole(join(folder, GENERATION_FILE), this.#incarnation);
    this.#marked = this.#incarnation;
  }

  #inTheWay(names: readonly string[], { continues }: Claim): string {
    const found = `${this.#path} has ${counted(names.length, 'file')} under the names of this generation's batches that it did not write, such as ${names[0]}: the pipeline's state was lost or restored`;
    const remove = continues ? '' : ', or set "overwrite: true" in the sink to have them removed';
    return `${found}. Move them, or name another folder${remove}`;
  }

  #besides(names: readonly string[], { generation }: Claim): string {
    return `${this.#path} also has ${counted(names.length, 'file')} of earlier readings, such as ${names[0]}. The names of this one's begin with "${generation}-". With "overwrite: true" in the sink, earlier ones are removed`;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
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
