import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startServers } from '@nestjs-spark/servers';
import { BenchApp, OWN_BUILD } from './app.ts';
import { until } from './until.ts';

export const NODES = ['one', 'two', 'three'] as const;
const LOOK_EVERY_MS = 500;

/** Three nodes of a pipeline cluster, with their own servers. */
export interface Cluster {
  /** Its files are in `files`. */
  readonly folder: string;
  readonly apps: BenchApp[];
  /** Addresses, by environment variable. */
  readonly servers: Readonly<Record<string, string>>;
}

/** Runs work on a new cluster, then stops the cluster. */
export async function onCluster<T>(
  { kafka: needsKafka = false }: { kafka?: boolean },
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const log = (line: string): void => console.error(line);
  const wanted = { temporary: true, ravendb: false, nats: true, kafka: needsKafka, log };
  const started = await startServers(wanted);
  const { kafka, nats } = started;
  if (!nats || (needsKafka && !kafka)) throw new Error(started.missing.map(({ brief }) => brief).join('\n'));
  const servers = { NATS_URL: nats.url, ...(kafka && { KAFKA_BROKERS: new URL(kafka.url).host }) };
  const folder = mkdtempSync(join(tmpdir(), 'spark-bench-nodes-'));
  const apps: BenchApp[] = [];
  try {
    mkdirSync(join(folder, 'files'));
    apps.push(...(await Promise.all(NODES.map((node) => startNode(node, folder, servers)))));
    await until(
      async () => (await Promise.all(apps.map((app) => app.ready()))).every(Boolean),
      LOOK_EVERY_MS,
    );
    return await work({ folder, apps, servers });
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function startNode(
  node: string,
  folder: string,
  servers: Readonly<Record<string, string>>,
): Promise<BenchApp> {
  const env = {
    ...servers,
    SPARK_NODE_ID: node,
    SPARK_DATA_DIR: join(folder, node),
    SPARK_PIPELINES_FILES: join(folder, 'files'),
  };
  const main = join(OWN_BUILD, 'dist', 'apps', 'dataflow', 'main.js');
  return BenchApp.startMain(`dataflow-${node}`, main, { env });
}

export async function startPipeline(
  app: BenchApp | undefined,
  definition: { pipelineId: string },
): Promise<void> {
  await post(`${app?.url}/api/pipelines`, definition);
  await post(`${app?.url}/api/pipelines/${definition.pipelineId}/start`, {});
}

/** On a machine that is busy elsewhere, a node may lose its shards for a moment. */
async function post(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  for (;;) {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = await response.text();
    if (response.ok) return;
    if (response.status !== 503) throw new Error(`${url}: ${response.status} ${answer}`);
    await pause(LOOK_EVERY_MS);
  }
}
