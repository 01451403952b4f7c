import { expect, it } from '@jest/globals';
import type { ModuleAnswer } from '@nestjs-spark/modules/internal';
import type { Question } from '../ask/console-client.ts';
import type { ModuleState } from '../ask/state.ts';
import type { ListParts } from './gather.ts';
import { listBackends, listSystem } from './system-lists.ts';

const ANN = { sub: 'ann', role: 'viewer' } as const;
const SYSTEMS = { jobs: '/api/jobs', pipelines: '/api/pipelines', peers: '/spark/peers' };
const MODULES = ['Fleet', 'HR'].map((name) => ({ name, systems: SYSTEMS }) as unknown as ModuleState);

function partsOf(answer: (question: Question) => unknown, named: readonly string[] = []) {
  const asked: string[] = [];
  const parts: ListParts = {
    aggregator: { state: () => ({ modules: MODULES }) },
    client: {
      ask: async (_act, question): Promise<ModuleAnswer> => {
        asked.push(`${question.module} ${question.path}`);
        return { kind: 'answered', status: 200, body: answer(question) };
      },
      isNamed: (module) => named.includes(module),
    },
  };
  return { parts, asked };
}

it('Routes that accept no module tokens are asked only at modules in the options, and the others are named', async () => {
  const job = { jobId: 'a', name: 'totals', status: 'Failed', cause: { message: 'no such table', log: 'x' } };
  const { parts, asked } = partsOf(() => ({ items: [job] }), ['HR']);
  expect(await listSystem(parts, ANN, 'jobs')).toMatchObject({
    items: [{ key: 'HR/a', module: 'HR', jobId: 'a', status: 'Failed', cause: 'no such table' }],
    missing: [],
    unnamed: ['Fleet'],
    truncated: false,
  });
  expect(await listBackends(parts, ANN)).toMatchObject({ items: [], unnamed: ['Fleet'] });
  expect(asked).toEqual(['HR /api/jobs?take=100', 'HR /api/backends']);
});

it('Replicas accept module tokens, so all are asked', async () => {
  const { parts, asked } = partsOf(({ module }) => ({ service: 'notes', node: module }));
  const { items, unnamed } = await listSystem(parts, ANN, 'peers');
  expect(items.map(({ key, node }) => [key, node])).toEqual([
    ['Fleet', 'Fleet'],
    ['HR', 'HR'],
  ]);
  expect(unnamed).toEqual([]);
  expect(asked).toHaveLength(2);
});

it('Whatever a module answers, a list has nothing but bounded fields of its own', async () => {
  const odd = { pipelineId: 'p'.repeat(1_000), definition: { source: 5, transforms: 'x' }, secret: 'hush' };
  for (const body of [null, 'text', [null, 5, odd], { items: [odd] }]) {
    const { parts } = partsOf(() => body, ['Fleet', 'HR']);
    for (const system of ['peers', 'jobs', 'pipelines'] as const) {
      const text = JSON.stringify(await listSystem(parts, ANN, system));
      expect(text).not.toContain('hush');
      expect(text.length).toBeLessThan(4_000);
    }
  }
});

it('It is said when a module has more than it is asked for', async () => {
  const { parts } = partsOf(() => Array.from({ length: 100 }, (_, at) => ({ pipelineId: `p${at}` })), ['HR']);
  expect(await listSystem(parts, ANN, 'pipelines')).toMatchObject({ truncated: true });
});
