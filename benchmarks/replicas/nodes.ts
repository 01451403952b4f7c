import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { nodeSqlite } from '@nestjs-spark/sqlite/internal';
import { Agent, request } from 'undici';
import type { App } from '../../tools/apps/app.ts';
import { startNodes, type NodesStart } from '../../tools/peers/nodes.ts';
import { writeSteadily } from '../support/steadily.ts';
import { until } from '../support/until.ts';

export const OPERATOR_TOKEN = randomBytes(16).toString('hex');

/** Costs the processors that the nodes use as well a fraction of what `fetch` does. */
const agent = new Agent({ connections: 8, keepAliveTimeout: 60_000 });

export const LOOK_EVERY_MS = 20;

export interface Peers {
  backlog: number;
  log: { position: number; last: number };
}

export const newService = (): string => `bench-${randomBytes(3).toString('hex')}`;

/** Starts nodes, each with its address of NATS, and waits until all are ready. */
export async function startReplicas(
  folder: string,
  natsUrls: Record<string, string>,
  { service = newService(), ...rest }: Partial<Pick<NodesStart, 'service' | 'main' | 'env'>> = {},
): Promise<App[]> {
  const nodes = await startNodes({
    service,
    folder,
    operatorToken: OPERATOR_TOKEN,
    natsUrls,
    anyPorts: true,
    ...rest,
  });
  await until(async () => (await Promise.all(nodes.map(isReady))).every(Boolean), LOOK_EVERY_MS);
  return nodes;
}

export async function isReady({ url }: App): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

export async function peersOf({ url }: App): Promise<Peers> {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
  return (await (await fetch(`${url}/spark/peers`, { headers })).json()) as Peers;
}

/**
 * Waits until every node has published and read everything. Queries their files: a status request counts all rows, and would use processor
 * time of the nodes that are measured.
 * @returns the milliseconds that this took
 */
export async function untilEqual(nodes: readonly App[], folder: string): Promise<number> {
  const begunAt = performance.now();
  const { DatabaseSync } = nodeSqlite();
  const files = nodes.map(({ name }) => new DatabaseSync(join(folder, `${name}.db`), { readOnly: true }));
  const asked = files.map((file) => file.prepare(PLACE));
  await until(async () => {
    const all = asked.map((place) => place.get() as unknown as Place);
    const last = Math.max(...all.map(({ news }) => news));
    return all.every(({ backlog, position }) => backlog === 0 && position >= last);
  }, LOOK_EVERY_MS);
  for (const file of files) file.close();
  return performance.now() - begunAt;
}

/** How far a file is in the log, and the last message there that is more than an acknowledgement. */
interface Place {
  position: number;
  news: number;
  backlog: number;
}

const PLACE = `SELECT position, news, (SELECT ifnull(sum(applied - confirmed), 0) FROM spark_peer_origins WHERE taken IS NOT NULL)
  AS backlog FROM spark_peer`;

/** Writes notes at a steady rate, to one node after the other. @returns how many were not accepted */
export function writeNotes(nodes: readonly App[], perSecond: number, seconds: number): Promise<number> {
  return writeSteadily(perSecond, seconds, async (number) => {
    const node = nodes[number % nodes.length];
    return node === undefined || postNote(node, number);
  });
}

async function postNote({ url }: App, number: number): Promise<boolean> {
  const body = JSON.stringify({ title: `note ${number}`, text: 'x'.repeat(250) });
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await request(`${url}/notes`, { dispatcher: agent, method: 'POST', headers, body });
    await answer.body.dump();
    return answer.statusCode === 201;
  } catch {
    return false;
  }
}
