import { statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { unusableFile } from '@nestjs-spark/sqlite/internal';

/** The stores that `SPARK_STORE` selects for `npm start`: a particular one, or RavenDB with the embedded one as a fallback. */
export interface StoreChoice {
  ravendb: 'wanted' | 'required' | 'left out';
  /** Where the embedded store would be. */
  embedded: EmbeddedFiles;
}

export interface EmbeddedFiles {
  fileOf(app: string): string;
  /** The bus's data are beside the files: its messages refer to them, and they are removed together. */
  servers: string;
}

/**
 * @param setting `SPARK_STORE`. The path after `sqlite:` is a folder with a file for each app, or a file whose name gets the
 *   app's name; without a path it is a folder in `home`.
 * @param pinned whether the user named a RavenDB (`RAVENDB_URLS`), in which case another store would be a surprise
 */
export function chooseStore(setting: string, home: string, pinned: boolean): StoreChoice {
  const folder = resolve(home, 'data', 'demo-sqlite');
  if (setting === '' || setting === 'ravendb') {
    const required = setting === 'ravendb' || pinned;
    return { ravendb: required ? 'required' : 'wanted', embedded: filesIn(folder) };
  }
  if (!setting.startsWith('sqlite:')) {
    throw new Error(
      `Unknown store ${JSON.stringify(setting)}: set SPARK_STORE to ravendb, or to sqlite: and a folder, or leave it unset.`,
    );
  }
  const path = resolve(setting.slice('sqlite:'.length) || folder);
  const isFile = extname(path) !== '' && !statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFile) refuseOther(path);
  return { ravendb: 'left out', embedded: isFile ? filesLike(path) : filesIn(path) };
}

/** The apps' files would appear beside one that was meant for something else. */
function refuseOther(path: string): void {
  const reason = unusableFile(path);
  if (reason === null) return;
  throw new Error(
    `SPARK_STORE cannot be used: ${reason}. Each app gets a file of its own: name a folder for them, as in sqlite:data`,
  );
}

function filesIn(folder: string): EmbeddedFiles {
  return { fileOf: (app) => join(folder, `${app}.db`), servers: folder };
}

function filesLike(file: string): EmbeddedFiles {
  const extension = extname(file);
  const stem = join(dirname(file), basename(file, extension));
  return { fileOf: (app) => `${stem}-${app}${extension}`, servers: `${stem}-servers` };
}
