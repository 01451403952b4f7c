import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchApp, OWN_BUILD } from './app.ts';
import { until } from './until.ts';

export const NODES = ['one', 'two', 'three'] as const;
const LOOK_EVERY_MS = 500;

/** Three nodes of a cluster of pipelines, with their files in `files` of a folder. @param servers their addresses, as the environment names them */
export async function startNodes(
  folder: string,
  servers: Readonly<Record<string, string>>,
): Promise<BenchApp[]> {
  mkdirSync(join(folder, 'files'));
  const apps = await Promise.all(NODES.map((node) => startNode(node, folder, servers)));
  await until(async () => (await Promise.all(apps.map((app) => app.ready()))).every(Boolean), LOOK_EVERY_MS);
  return apps;
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
