import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startNats } from '@nestjs-spark/servers';
import { carDocument } from '../../test/support/cars.ts';
import type { ModuleDescription } from '../../test/support/module/description.ts';
import { SqliteDatabase } from '../../test/support/stores/sqlite-database.ts';
import { IDLE } from '../../apps/shared/launch.ts';
import { BenchApp, OWN_BUILD } from '../support/app.ts';

const MODULE = join(OWN_BUILD, 'test', 'support', 'module', 'main.ts');
const CONSOLE = join(OWN_BUILD, 'dist', 'apps', 'console', 'main.js');
const SCRIPT = 'loadToCars({ Model: this.Model, Brand: this.Brand });';

/** An owner, those that copy from it, and the console of all. */
export interface ConsoleWorld {
  console: BenchApp;
  requesters: BenchApp[];
  owner: SqliteDatabase;
  operatorToken: string;
  write(car: number): Promise<void>;
  stop(): Promise<void>;
}

/** Modules on SQLite, each a process of its own: one owner, and all others copy its cars. Answers when all copies are live. */
export async function startConsoleWorld(modules: number): Promise<ConsoleWorld> {
  const folder = join(OWN_BUILD, '.spark', 'data', 'bench-console');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const nats = await startNats({ temporary: true, log: () => undefined });
  const operatorToken = 'operators-of-the-benchmark-only';
  const common = {
    NATS_URL: nats.url,
    SPARK_KEYS_DIR: join(folder, 'keys'),
    SPARK_RETRY_SECONDS: '0.2',
    SPARK_OPERATOR_TOKEN: operatorToken,
    SPARK_CONSOLES: 'Console',
  };
  const apps: BenchApp[] = [];
  const start = async (name: string, main: string, description: ModuleDescription): Promise<BenchApp> => {
    const app = await BenchApp.startMain(`console-${name}`, main, {
      ...(main === CONSOLE ? { flags: IDLE.flags } : {}),
      env: {
        ...(main === CONSOLE ? IDLE.env : {}),
        ...common,
        SPARK_MODULE_NAME: name,
        SPARK_STORE: `sqlite:${join(folder, `${name}.db`)}`,
        SPARK_TEST_MODULE: JSON.stringify(description),
      },
    });
    apps.push(app);
    return app;
  };
  const names = Array.from({ length: modules - 1 }, (_, at) => `Copier${at}`);
  const owner = new SqliteDatabase(join(folder, 'Fleet.db'));
  await owner.create();
  const write = (car: number): Promise<void> => owner.put(`cars/${car}`, carDocument(car));
  for (let car = 1; car <= 100; car++) await write(car);
  await start('Fleet', MODULE, { shared: [{ collection: 'Cars', with: names }] });
  const requesters: BenchApp[] = [];
  for (const name of names) {
    const replicated = [{ sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: SCRIPT }];
    requesters.push(await start(name, MODULE, { replicated }));
  }
  const console = await start('Console', CONSOLE, {});
  for (const app of [...requesters, console])
    while (!(await (app === console ? app.live() : app.ready()))) await delay(100);
  return {
    console,
    requesters,
    owner,
    operatorToken,
    write,
    stop: async () => {
      for (const { pid } of apps) killNow(pid);
      await nats.stop();
    },
  };
}

/** As a machine that loses power would. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
