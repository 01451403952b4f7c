import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { RunFailedError } from '../ports.ts';
import { orAbsent } from './file-error.ts';

/** The only folder in which definitions can name files; links that lead out of it are refused. */
export class FilesFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get path(): string {
    return this.#folder;
  }

  /** @throws {RunFailedError} if it leads out of the folder */
  async existing(path: string): Promise<string> {
    const file = join(this.#folder, path);
    await this.#refuseOutside(file, path);
    return file;
  }

  /** Creates a subfolder. @throws {RunFailedError} if it would be outside */
  async makeFolder(path: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const folder = join(this.#folder, path);
    await this.#refuseOutside(await nearest(folder), path);
    await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      throw IN_THE_WAY.has(error.code ?? '') ? new RunFailedError(cannotBeFolder(path, error.code)) : error;
    });
    return folder;
  }

  /**
   * Creates the folder of a file that may not exist yet.
   * @throws {RunFailedError} if it would be outside, or if the path is not a file
   */
  async makeFolderOf(path: string): Promise<string> {
    const file = join(await this.makeFolder(dirname(path)), basename(path));
    await this.#refuseOutside(await nearest(file), path);
    const [found, target] = await Promise.all([
      lstat(file).catch(orAbsent(path)),
      stat(file).catch(orAbsent(path)),
    ]);
    if (target?.isDirectory()) throw new RunFailedError(`${path} is a folder: name a file in it`);
    // Writing through such a link would create its target, wherever that is.
    if (found && !target) throw new RunFailedError(`${path} is a link to nothing: name a file`);
    if (target && !target.isFile()) throw new RunFailedError(`${path} is not a file: name one`);
    return file;
  }

  async #refuseOutside(file: string, named: string): Promise<void> {
    const way = relative(await realpath(this.#folder), await realpath(file));
    if (way === '..' || way.startsWith(`..${sep}`))
      throw new RunFailedError(`${named} leads out of the files folder`);
  }
}

/** Permanent errors. The first comes from a dangling link. */
const IN_THE_WAY = new Set(['ENOENT', 'EEXIST', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

const cannotBeFolder = (path: string, code: string | undefined): string =>
  code === 'ENAMETOOLONG'
    ? `${path} is too long for this file system: choose another folder`
    : `${path} cannot be used as a folder because a file or a link is in its place: choose another folder, or move it`;

/** The path itself, or the nearest parent folder that exists. */
async function nearest(path: string): Promise<string> {
  return realpath(path).catch(() => (dirname(path) === path ? path : nearest(dirname(path))));
}
