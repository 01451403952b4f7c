import { join } from 'node:path';
import { LEAN } from '../../apps/shared/launch.ts';
import { type App, builtApp, logFileOf } from '../apps/app.ts';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';

const FIRST_PORT = 5003;

export interface NodesStart {
  /** Lower-case letters, digits and hyphens. */
  service: string;
  /** The folder of the nodes' files and keys. */
  folder: string;
  operatorToken: string;
  /** The NATS address for each node, by its name. */
  natsUrls: Readonly<Record<string, string>>;
  /** Use any free ports, for running several of these at a time; otherwise 5003 and up. */
  anyPorts?: boolean;
  /** The program of each node. Default: the built notes app. */
  main?: string;
  /** Additional variables for each node, by its name. */
  env?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Starts a replica of the notes app for each address; their logs go to `.spark/logs`. */
export async function startNodes(start: NodesStart): Promise<App[]> {
  const { service, folder, operatorToken, natsUrls } = start;
  const main = start.main ?? builtApp('notes', 'npm run peers');
  const nodes: App[] = [];
  for (const [name, natsUrl] of Object.entries(natsUrls)) {
    const port = await freePort(start.anyPorts ? undefined : FIRST_PORT + nodes.length * 100);
    const env = {
      ...LEAN.env,
      PORT: String(port),
      NATS_URL: natsUrl,
      SPARK_PEERS_SERVICE: service,
      SPARK_PEERS_NODE: name,
      SPARK_STORE: `sqlite:${join(folder, `${name}.db`)}`,
      SPARK_KEYS_DIR: join(folder, 'keys'),
      SPARK_OPERATOR_TOKEN: operatorToken,
      NO_COLOR: '1',
      ...start.env?.[name],
    };
    const app = new AppProcess({
      name,
      main,
      logFile: logFileOf(`notes-${name}`),
      env,
      flags: LEAN.flags,
    });
    app.start();
    nodes.push({ name, url: `http://127.0.0.1:${port}`, process: app });
  }
  return nodes;
}
