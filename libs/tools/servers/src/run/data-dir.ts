import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tryLock } from '../fetch/lock.ts';
import { tellWatchdog } from './watchdog.ts';

/** Where a run keeps its data. */
export interface DataOptions {
  /** A permanent folder; a later run finds its data there. Default: a new folder per run in `.spark/data`. */
  dataDir?: string;
  /** Use a folder in the system's temporary directory, removed at the end. Default false; takes precedence over `dataDir`. */
  temporary?: boolean;
}

/** A folder that no other run uses at the same time. */
export interface DataDir {
  readonly path: string;
  release(): Promise<void>;
}

/** Claims the folder for this run. Throws when a living process uses it: two servers on one folder would destroy it. */
export async function claimDataDir(home: string, options: DataOptions, server: string): Promise<DataDir> {
  if (options.temporary === true) return temporaryDir(server);
  const run = new Date().toISOString().replace(/[:.]/g, '-');
  // Absolute: RavenDB resolves a relative path against its own folder, where an upgrade of the server would remove the data.
  const parent = resolve(options.dataDir ?? join(home, 'data', `${run}-${randomUUID().slice(0, 4)}`));
  const path = join(parent, server);
  const taken = await tryLock(`${path}.lock`);
  if (typeof taken === 'number') {
    throw new Error(
      `${path} is in use by process ${taken}. Stop that process, or set SPARK_DATA_DIR to another folder (in code: the option dataDir)`,
    );
  }
  return { path, release: async () => taken.release() };
}

async function temporaryDir(server: string): Promise<DataDir> {
  const path = await mkdtemp(join(tmpdir(), `spark-${server}-`));
  tellWatchdog({ temporary: path });
  return {
    path,
    async release() {
      await rm(path, { recursive: true, force: true });
      tellWatchdog({ removed: path });
    },
  };
}
