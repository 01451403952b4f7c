import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@nestjs-spark/servers/testing';
import { freePort } from '../../tools/apps/free-port.ts';
import { onNats } from './on-nats.ts';

const STREAMS = ['EVENTS', 'BATCHES', 'DEAD_LETTERS', 'STATUS'].map((name) => `SPARK_PIPELINE_${name}`);
const BUCKETS = ['NODES', 'SHARDS'].map((name) => `KV_SPARK_PIPELINE_${name}`);
const main = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'dataflow', 'main.js');

export const OPERATOR_TOKEN = 'the-operators-of-these-nodes-only';
/** Long enough for a machine with other tests beside this one; a node that was woken may keep a request for long. */
const LOOK_MS = 10_000;

/** Waits for what may take long on a machine with other tests beside this one. */
export const until = (holds: () => Promise<boolean>): Promise<unknown> =>
  eventually(holds, { timeoutMs: 120_000 });

/** A process of `apps/dataflow`. */
export interface Dataflow {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Starts `apps/dataflow` with only `PATH` from this process's environment, and waits until it is ready. */
export async function startDataflow(settings: Readonly<Record<string, string>>): Promise<Dataflow> {
  const port = await freePort();
  const env = { PATH: process.env['PATH'], PORT: String(port), ...settings };
  const child = spawn(process.execPath, ['--max-semi-space-size=16', main], { env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(async () => (await fetch(`${url}/health/ready`)).ok);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { child, url };
}

/** What a file sink has written into its folder, in its order. */
export function rowsIn<T>(folder: string): T[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** Nodes that run pipelines as one cluster, each `apps/dataflow` in a process of its own. Their files are in one folder. */
export class DataflowNodes {
  readonly #folder = mkdtempSync(join(tmpdir(), 'spark-cluster-'));
  readonly #natsUrl: string;
  readonly #ttlMs: number;
  readonly #nodes = new Map<string, Dataflow>();

  private constructor(natsUrl: string, ttlMs: number) {
    this.#natsUrl = natsUrl;
    this.#ttlMs = ttlMs;
    mkdirSync(this.files);
  }

  /** Starts them on a nats-server that no other nodes use, and waits until each has its share of the shards. */
  static async start(natsUrl: string, names: readonly string[], ttlMs: number): Promise<DataflowNodes> {
    await forget(natsUrl);
    const nodes = new DataflowNodes(natsUrl, ttlMs);
    await Promise.all(names.map((name) => nodes.#start(name)));
    await until(async () => {
      const { nodes: live, shards } = await nodes.read<{ nodes: { shards: number }[]; shards: unknown[] }>(
        names[0] ?? '',
        '/api/cluster',
      );
      return live.length === names.length && shards.length === 256 && live.every((node) => node.shards > 30);
    });
    return nodes;
  }

  get files(): string {
    return join(this.#folder, 'files');
  }

  get names(): string[] {
    return [...this.#nodes.keys()];
  }

  isAlive(name: string): boolean {
    return this.#nodes.get(name)?.child.signalCode === null;
  }

  child(name: string): ChildProcess {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`There is no node ${name}`);
    return node.child;
  }

  async read<T>(name: string, path: string): Promise<T> {
    const response = await fetch(this.#at(name, path), { signal: AbortSignal.timeout(LOOK_MS) });
    return response.json() as Promise<T>;
  }

  async send<T>(
    name: string,
    method: string,
    path: string,
    body: object = {},
    others: Record<string, string> = {},
  ) {
    const headers = { 'content-type': 'application/json', ...others };
    const response = await fetch(this.#at(name, path), { method, headers, body: JSON.stringify(body) });
    const replayed = response.headers.get('idempotency-replayed');
    const text = await response.text();
    return { status: response.status, replayed, view: (text === '' ? null : JSON.parse(text)) as T };
  }

  /** What a file sink has written, in its order. */
  rows<T>(path: string): T[] {
    return rowsIn<T>(join(this.files, path));
  }

  async end(): Promise<void> {
    for (const { child } of this.#nodes.values()) child.kill('SIGCONT');
    for (const { child } of this.#nodes.values()) child.kill('SIGKILL');
    await forget(this.#natsUrl);
    rmSync(this.#folder, { recursive: true });
  }

  #at(name: string, path: string): string {
    return `${this.#nodes.get(name)?.url ?? ''}${path}`;
  }

  async #start(name: string): Promise<void> {
    const settings = {
      NATS_URL: this.#natsUrl,
      SPARK_NODE_ID: name,
      SPARK_NODE_TTL_MS: String(this.#ttlMs),
      SPARK_DATA_DIR: join(this.#folder, name),
      SPARK_PIPELINES_FILES: this.files,
      SPARK_OPERATOR_TOKEN: OPERATOR_TOKEN,
    };
    this.#nodes.set(name, await startDataflow(settings));
  }
}

function forget(natsUrl: string): Promise<void> {
  return onNats(natsUrl, (connection) =>
    connection.use(async ({ jsm }) => {
      for (const name of [...STREAMS, ...BUCKETS]) await jsm.streams.delete(name).catch(() => false);
    }),
  );
}
