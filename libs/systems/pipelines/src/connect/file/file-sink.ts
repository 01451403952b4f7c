import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OWNER_FILE } from '../../definition/reserved-names.ts';
import type { Fields } from '../../expression/compile-expression.ts';
import { writeCsv } from './csv.ts';
import { orAbsent } from './file-error.ts';
import type { FilesFolder } from './files-folder.ts';
import { RunFailedError, type Claim, type OutBatch, type Sink } from '../ports.ts';

/** Pads batch numbers, so that names sort in the order of batches. */
const DIGITS = 10;

/** Writes one file of JSON lines or CSV per batch, named after it: a batch that is written again replaces its file. */
export class FileSink implements Sink {
  readonly #folder: FilesFolder;
  readonly #path: string;

  readonly #format: 'ndjson' | 'csv';

  constructor(folder: FilesFolder, path: string, format: 'ndjson' | 'csv' = 'ndjson') {
    this.#folder = folder;
    this.#path = path;
    this.#format = format;
  }

  async open({ tenant, pipelineId }: Claim): Promise<null> {
    const claimed = `${tenant}/${pipelineId}`;
    const folder = await this.#folder.makeFolder(this.#path);
    const file = join(folder, OWNER_FILE);
    // An owner file that exists but cannot be read does not mean that the folder is free.
    const owner = await readFile(file, 'utf8').catch(orAbsent(file));
    if (owner === null) await writeWhole(file, claimed);
    else if (owner !== claimed)
      throw new RunFailedError(`${this.#path} is written by the pipeline ${owner}: name another folder`);
    return null;
  }

  async close(): Promise<void> {}

  async write({ generation, lane, n, records }: OutBatch): Promise<void> {
    if (records.length === 0) return;
    const folder = await this.#folder.makeFolder(this.#path);
    const name = `${generation}-${lane}-${String(n).padStart(DIGITS, '0')}.${this.#format}`;
    const all = records.map(({ fields }) => fields);
    await writeWhole(join(folder, name), this.#format === 'csv' ? writeCsv(all) : writeLines(all));
  }
}

const writeLines = (records: readonly Fields[]): string =>
  records.map((fields) => `${JSON.stringify(fields)}\n`).join('');

/** Written under another name first: readers never see part of it, or of what a process writes that has lost its pipeline without knowing. */
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
