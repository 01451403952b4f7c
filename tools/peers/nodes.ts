import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataDir, keysDir } from '@nestjs-spark/foundation';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';
import type { App } from '../demo/start-apps.ts';

const root = join(import.meta.dirname, '../..');
const FIRST_PORT = 5003;

export interface NodesStart {
  /** Small letters, digits and hyphens. */
  service: string;
  /** Where the files of the nodes are. */
  folder: string;
  operatorToken: string;
  /** The address of NATS for each node, by its name. */
  natsUrls: Readonly<Record<string, string>>;
}

/** Starts a replica of the notes for each address; their logs go to `.spark/logs`. */
export async function startNodes({ service, folder, operatorToken, natsUrls }: NodesStart): Promise<App[]> {
  const home = resolve(root, dataDir(process.env));
  const main = join(root, 'dist/apps/notes/main.js');
  if (!existsSync(main))
    throw new Error(`${main} does not exist. Run \`npm run build\` first, or \`npm run peers\`.`);
  const nodes: App[] = [];
  for (const [name, natsUrl] of Object.entries(natsUrls)) {
    const port = await freePort(FIRST_PORT + nodes.length * 100);
    const env = {
      PORT: String(port),
      NATS_URL: natsUrl,
      SPARK_PEERS_SERVICE: service,
      SPARK_PEERS_NODE: name,
      SPARK_STORE: `sqlite:${join(folder, `${name}.db`)}`,
      SPARK_KEYS_DIR: resolve(root, keysDir(process.env)),
      SPARK_OPERATOR_TOKEN: operatorToken,
      NO_COLOR: '1',
    };
    const logFile = join(home, 'logs', `notes-${name}.log`);
    const app = new AppProcess({ name, main, logFile, env });
    app.start();
    nodes.push({ name, url: `http://127.0.0.1:${port}`, process: app });
  }
  return nodes;
}
