import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startNats } from '@nestjs-spark/servers';
import type { ModuleDescription } from '../../test/support/module/description.ts';
import { BenchApp, OWN_BUILD } from '../support/app.ts';
import { cpuSeconds } from '../support/cpu.ts';
import type { BenchDatabase } from '../support/raven.ts';

const MAIN = join(OWN_BUILD, 'test', 'support', 'module', 'main.ts');
const LOOK_EVERY_MS = 50;

/** An owner's costs with a number of requesters. */
export interface OwnerRun {
  /** The owner's CPU time per thousand documents that a requester received, in ms. */
  cpuMsPerThousand: number;
  /** Highest resident memory of the owner, MiB. */
  ownerMiB: number;
  seconds: number;
}

export interface OwnerRunOptions {
  ravendb: string;
  source: BenchDatabase;
  /** The registry's database. */
  modules: string;
  documents: number;
  /** One requester for each script. */
  scripts: readonly string[];
  folder: string;
}

/**
 * One owner on RavenDB with a number of requesters on SQLite, each a separate process. The requesters wait for the owner, so that
 * their first copies begin at about the same time.
 */
export async function ownerRun(options: OwnerRunOptions): Promise<OwnerRun> {
  const { ravendb, source, modules, documents, scripts, folder } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const nats = await startNats({ temporary: true, log: () => undefined });
  // The owner's database remembers the keys from run to run.
  const keys = join(OWN_BUILD, '.spark', 'bench-keys');
  const common = { NATS_URL: nats.url, SPARK_KEYS_DIR: keys, SPARK_RETRY_SECONDS: '0.2' };
  const names = scripts.map((_, at) => `Copier${at}`);
  const start = (name: string, description: ModuleDescription, env: Record<string, string>) =>
    BenchApp.startMain(name, MAIN, {
      env: {
        ...common,
        ...env,
        SPARK_MODULE_NAME: name,
        SPARK_TEST_MODULE: JSON.stringify(description),
      },
    });
  const apps: BenchApp[] = [];
  try {
    for (const [at, etlScript] of scripts.entries()) {
      const name = names[at] ?? '';
      const replicated = [{ sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript }];
      const copier = await start(
        name,
        { replicated },
        { SPARK_STORE: `sqlite:${join(folder, `${name}.db`)}` },
      );
      apps.push(copier);
      while (!(await copier.live())) await delay(LOOK_EVERY_MS);
    }
    const owner = await start(
      'Fleet',
      { shared: [{ collection: 'Cars', with: names }] },
      { RAVENDB_URLS: ravendb, RAVENDB_DATABASE: source.name, SPARK_MODULES_DATABASE: modules },
    );
    while (!(await owner.live())) await delay(LOOK_EVERY_MS);
    return await measure(owner, apps, documents * scripts.length).finally(() => owner.stop());
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(owner: BenchApp, copiers: BenchApp[], delivered: number): Promise<OwnerRun> {
  const began = performance.now();
  const before = cpuSeconds(owner.pid);
  const waiting = new Set(copiers);
  let ownerMiB = 0;
  while (waiting.size > 0) {
    await delay(LOOK_EVERY_MS);
    ownerMiB = Math.max(ownerMiB, owner.residentMiB());
    for (const copier of waiting) if (await copier.ready()) waiting.delete(copier);
  }
  const cpu = cpuSeconds(owner.pid) - before;
  return {
    cpuMsPerThousand: (cpu * 1_000) / (delivered / 1_000),
    ownerMiB,
    seconds: (performance.now() - began) / 1_000,
  };
}
