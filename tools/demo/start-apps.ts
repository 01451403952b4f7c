import { resolve } from 'node:path';
import { keysDir } from '@nestjs-spark/foundation';
import { type App, builtApp, inherited, logFileOf, root } from '../apps/app.ts';
import { IDLE, NODE_FLAGS } from '../../apps/shared/launch.ts';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';
import { type Operator, operatorOf, TOKEN_VARIABLES } from '../apps/operator-token.ts';
import type { Narrator } from './narrate.ts';
import type { Ground } from './start-servers.ts';

// What says who an app is belongs to one app; handed on, it would make one app of both.
const OWN = ['PORT', 'SPARK_MODULE_NAME', 'SPARK_MODULE_URL', 'RAVENDB_DATABASE', 'SPARK_STORE'];

export interface Apps {
  fleet: App;
  hr: App;
  /** Not there where the demo ends by itself: nobody would open it. */
  console: App | null;
  operator: Operator;
}

/** The console keeps what it knows in a file, and only reads the registry. */
function consoleStore(ground: Ground): Record<string, string> {
  const { RAVENDB_URLS: urls } = ground.storeOf('console');
  return urls === undefined ? {} : { SPARK_MODULES_URLS: urls };
}

/** Starts the built apps, the two modules and their console; their logs go to `.spark/logs`. */
export async function startApps(ground: Ground, narrator: Narrator, once: boolean): Promise<Apps> {
  const operator = await operatorOf();
  const start = async (name: string, folder: string, preferred: number): Promise<App> => {
    const main = builtApp(folder, 'npm start');
    const port = await freePort(preferred);
    if (port !== preferred) narrator.say('Ports', `${preferred} is in use, so ${name} listens on ${port}`);
    const lean = folder === 'console' ? { flags: IDLE.flags, env: IDLE.env } : { flags: NODE_FLAGS };
    const env = {
      ...lean.env,
      ...inherited(...OWN, ...TOKEN_VARIABLES),
      PORT: String(port),
      ...(folder === 'console' ? consoleStore(ground) : ground.storeOf(folder)),
      NATS_URL: ground.natsUrl,
      SPARK_KEYS_DIR: resolve(root, keysDir(process.env)),
      SPARK_OPERATOR_TOKEN: operator.token,
      SPARK_CONSOLES: process.env['SPARK_CONSOLES'] ?? 'Console',
      NO_COLOR: '1',
    };
    const { flags } = lean;
    const app = new AppProcess({ name, main, logFile: logFileOf(folder), env, flags });
    app.start();
    return { name, url: `http://127.0.0.1:${port}`, process: app };
  };
  const fleet = await start('Fleet', 'fleet', 5001);
  const hr = await start('HR', 'hr', 5002);
  const console = once ? null : await start('Console', 'console', 5006);
  return { fleet, hr, console, operator };
}
