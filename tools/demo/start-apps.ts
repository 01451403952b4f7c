import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataDir, keysDir } from '@nestjs-spark/foundation';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';
import type { Narrator } from './narrate.ts';
import type { Ground } from './start-servers.ts';

const root = join(import.meta.dirname, '../..');

/** An app of the story: where it is, and its process. */
export interface App {
  name: string;
  url: string;
  process: AppProcess;
}

export interface Apps {
  fleet: App;
  hr: App;
  operatorToken: string;
}

/** Starts the two built apps; their logs go to `.spark/logs`. */
export async function startApps(ground: Ground, narrator: Narrator): Promise<Apps> {
  const operatorToken = process.env['SPARK_OPERATOR_TOKEN'] || randomBytes(16).toString('hex');
  const home = resolve(root, dataDir(process.env));
  const start = async (name: string, folder: string, preferred: number): Promise<App> => {
    const main = join(root, 'dist/apps', folder, 'main.js');
    if (!existsSync(main))
      throw new Error(`${main} is not there. Run \`npm run build\` first, or \`npm start\`.`);
    const port = await freePort(preferred);
    if (port !== preferred) narrator.say('Ports', `${preferred} is taken, ${name} gets ${port}`);
    const logFile = join(home, 'logs', `${folder}.log`);
    const env = {
      ...inherited(),
      PORT: String(port),
      ...ground.storeOf(folder),
      NATS_URL: ground.natsUrl,
      SPARK_KEYS_DIR: resolve(root, keysDir(process.env)),
      SPARK_OPERATOR_TOKEN: operatorToken,
      NO_COLOR: '1',
    };
    const app = new AppProcess({ name, main, logFile, env });
    app.start();
    return { name, url: `http://127.0.0.1:${port}`, process: app };
  };
  const fleet = await start('Fleet', 'fleet', 5001);
  const hr = await start('HR', 'hr', 5002);
  return { fleet, hr, operatorToken };
}

// What says who an app is belongs to one app; handed on, it would make one app of both.
function inherited(): Record<string, string> {
  const own = new Set(['PORT', 'SPARK_MODULE_NAME', 'SPARK_MODULE_URL', 'RAVENDB_DATABASE', 'SPARK_STORE']);
  const entries = Object.entries(process.env).filter(([name]) => !own.has(name) && !name.startsWith('npm_'));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}
