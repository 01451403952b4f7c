import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { dataDir, DEFAULT_DATA_DIR } from '@nestjs-spark/foundation';
import type { Report } from '../fetch/progress.ts';
import { reportTo } from '../fetch/progress.ts';

/** Where to look for servers, and whether to fetch missing ones. */
export interface FindOptions {
  /** The environment with addresses and folders. Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /**
   * The folder that keeps fetched servers and data. Default `SPARK_DATA_DIR`, or `.spark` in the working directory. Servers that
   * `.spark` already has are found from another `SPARK_DATA_DIR`, too.
   */
  home?: string;
  /** Whether a missing server may be downloaded (up to 290 MB, once). Default true. */
  fetch?: boolean;
  /** Receives progress messages line by line, including downloads. Default: standard error. */
  log?: (line: string) => void;
}

/** The vendors' download addresses. */
export interface Vendors {
  readonly nats: string;
  readonly ravenDb: string;
  readonly dotnet: string;
}

const vendorAddresses: Vendors = {
  nats: 'https://github.com/nats-io/nats-server/releases/download',
  ravenDb: 'https://hibernatingrhinos.com/downloads',
  dotnet: 'https://builds.dotnet.microsoft.com/dotnet',
};

/** The options with their defaults, as passed to each way. */
export interface Finding {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly servers: string;
  readonly mayFetch: boolean;
  readonly report: Report;
  readonly vendors: Vendors;
}

export function toFinding(
  { env = process.env, home, fetch = true, log }: FindOptions = {},
  vendors = vendorAddresses,
): Finding {
  const folder = home ?? resolve(dataDir(env));
  return {
    env,
    home: folder,
    servers: serversIn(folder, home === undefined ? resolve(DEFAULT_DATA_DIR) : folder),
    mayFetch: fetch,
    report: reportTo(log),
    vendors,
  };
}

/**
 * A second data folder beside the default one, for a second run, is no reason to fetch the servers again; one elsewhere is
 * independent.
 */
function serversIn(home: string, usual: string): string {
  const [own, shared] = [join(home, 'servers'), join(usual, 'servers')];
  const isBeside = dirname(home) === dirname(usual);
  return isBeside && !existsSync(own) && existsSync(shared) ? shared : own;
}
