import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchApp } from './support/app.ts';
import { describeLoad, describeMachine, median } from './support/machine.ts';
import { NODES, onCluster, startNode, startPipeline } from './support/pipeline-nodes.ts';
import { until } from './support/until.ts';

const LOOK_EVERY_MS = 20;

interface Running {
  pipelineId: string;
  run: { node: string; phase: string };
}

/** Kills one of three nodes, another one each round, and waits for every pipeline that it had to write again. @returns a text */
export function measureFailover(count: number, rounds: number): Promise<string> {
  return onCluster({}, async ({ folder, apps, servers }) => {
    const said: string[] = [];
    const ids = Array.from({ length: count }, (_, n) => `numbers-${n}`);
    for (const [n, id] of ids.entries()) await startPipeline(apps[n % apps.length], numbers(id));
    for (let round = 0; round < rounds; round++) {
      const victim = round % NODES.length;
      const survivor = apps[(victim + 1) % apps.length];
      const name = NODES[victim] ?? '';
      await until(async () => isSettled(await runningAt(survivor), count), LOOK_EVERY_MS);
      const lost = (await runningAt(survivor)).filter(({ run }) => run.node === name);
      const tookMs = await kill(apps[victim], folder, lost);
      said.push(
        `${lost.length} pipelines after ${Math.round(median(tookMs))} ms, the last after ${Math.round(Math.max(...tookMs))} ms`,
      );
      console.error(`round ${round + 1}: ${said.at(-1)}`);
      apps[victim] = await startNode(name, folder, servers);
    }
    for (const id of ids) checkOnce(folder, id);
    return `${count} pipelines on ${NODES.length} nodes, one of them killed with SIGKILL; each pipeline writes again (bar: within 4 s), in ${rounds} rounds: ${said.join('; ')}. Each record was written once. ${describeMachine()}, load ${describeLoad()}.`;
  });
}

const numbers = (pipelineId: string) => ({
  pipelineId,
  name: pipelineId,
  source: { type: 'generate', perSecond: 20 },
  sink: { type: 'file', path: pipelineId },
  batch: { maxRecords: 5 },
});

async function runningAt(app: BenchApp | undefined): Promise<Running[]> {
  const response = await fetch(`${app?.url}/api/pipelines?take=500`);
  return (await response.json()) as Running[];
}

/** Every node has some, and all of them work. */
function isSettled(running: readonly Running[], count: number): boolean {
  const working = running.filter(({ run }) => run.phase === 'running');
  return working.length === count && new Set(working.map(({ run }) => run.node)).size === NODES.length;
}

/** How long each of the pipelines wrote nothing. */
async function kill(app: BenchApp | undefined, folder: string, lost: readonly Running[]): Promise<number[]> {
  if (app?.pid === undefined) throw new Error('There is no such node');
  process.kill(app.pid, 'SIGKILL');
  const killedAt = performance.now();
  await until(async () => !isThere(app.pid), LOOK_EVERY_MS);
  const before = new Map(lost.map(({ pipelineId }) => [pipelineId, filesOf(folder, pipelineId).length]));
  const took = new Map<string, number>();
  await until(async () => {
    for (const [id, files] of before)
      if (!took.has(id) && filesOf(folder, id).length > files) took.set(id, performance.now() - killedAt);
    return took.size === before.size;
  }, LOOK_EVERY_MS);
  return [...took.values()];
}

function isThere(pid: number | undefined): boolean {
  try {
    return pid !== undefined && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const filesOf = (folder: string, pipelineId: string): string[] =>
  readdirSync(join(folder, 'files', pipelineId)).filter((file) => file.endsWith('.ndjson'));

/** @throws {Error} where a record is missing or twice in what was written */
function checkOnce(folder: string, pipelineId: string): void {
  const lines = filesOf(folder, pipelineId)
    .toSorted()
    .flatMap((file) =>
      readFileSync(join(folder, 'files', pipelineId, file), 'utf8')
        .trim()
        .split('\n'),
    );
  const ids = lines.map((line) => (JSON.parse(line) as { id: number }).id);
  if (ids.some((id, at) => id !== at + 1)) throw new Error(`${pipelineId} has not each record once`);
}
