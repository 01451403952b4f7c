import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { RunFailedError } from '../ports.ts';

/** The one folder that definitions can name files in; links that lead out of it are not followed. */
export class FilesFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get path(): string {
    return this.#folder;
  }

  /** @throws {RunFailedError} when it leads out of the folder */
  async existing(path: string): Promise<string> {
    const file = join(this.#folder, path);
    await this.#refuseOutside(file, path);
    return file;
  }

  /** Makes a folder below this one. @throws {RunFailedError} when it would be outside */
  async makeFolder(path: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const folder = join(this.#folder, path);
    await this.#refuseOutside(await nearest(folder), path);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async #refuseOutside(file: string, named: string): Promise<void> {
    const way = relative(await realpath(this.#folder), await realpath(file));
    if (way === '..' || way.startsWith(`..${sep}`))
      throw new RunFailedError(`${named} leads out of the files folder`);
  }
}

/** The path itself, or the nearest folder above it that is there. */
async function nearest(path: string): Promise<string> {
  return realpath(path).catch(() => (dirname(path) === path ? path : nearest(dirname(path))));
}
