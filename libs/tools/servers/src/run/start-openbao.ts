import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { openBaoWays } from '../find/find-openbao.ts';
import { type FindOptions, toFinding } from '../find/options.ts';
import { search } from '../find/search.ts';
import { claimDataDir } from './data-dir.ts';
import { freePort } from './free-port.ts';
import type { ServerHandle } from './server-handle.ts';
import { ServerProcess } from './server-process.ts';
import { toHandle } from './start-one.ts';

/** An OpenBao in memory, which forgets everything when it ends. */
export interface OpenBao extends ServerHandle {
  /** Unrestricted. */
  readonly rootToken: string;
}

/** Starts a separate OpenBao, as {@link startNats}, with its data in memory. Throws when none is available. */
export async function startOpenBao(options: FindOptions = {}): Promise<OpenBao> {
  const finding = toFinding(options);
  const source = await search('openbao server', openBaoWays(finding));
  const data = await claimDataDir(finding.home, { temporary: true }, 'openbao');
  const port = await freePort();
  const rootToken = randomBytes(16).toString('hex');
  const running = new ServerProcess({
    name: 'openbao',
    source: { ...source, env: { HOME: data.path, BAO_DEV_ROOT_TOKEN_ID: rootToken } },
    args: ['server', '-dev', `-dev-listen-address=127.0.0.1:${port}`, '-dev-no-store-token'],
    port,
    dataDir: data.path,
    probe: askHealth,
  });
  try {
    await running.start();
  } catch (error) {
    await data.release();
    throw error;
  }
  const handle = toHandle(running, `http://127.0.0.1:${port}`, data.path, data.release);
  return Object.assign(handle, { rootToken });
}

async function askHealth(port: number): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/v1/sys/health`);
    await body.dump();
    return statusCode === 200 ? undefined : `it answers ${statusCode}`;
  } catch {
    return 'it does not answer yet';
  }
}
