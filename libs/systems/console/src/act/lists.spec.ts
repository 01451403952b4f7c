import { expect, it } from '@jest/globals';
import type { ModuleAnswer } from '@nestjs-spark/modules/internal';
import type { Question } from '../ask/console-client.ts';
import type { ModuleState } from '../ask/state.ts';
import type { ListParts } from './gather.ts';
import { listAudit, listSetAside, type Page } from './lists.ts';

const ANN = { sub: 'ann', role: 'viewer' } as const;
const MODULES = ['Fleet', 'HR'].map(
  (name) =>
    ({ name, why: null, systems: { replication: '/spark', jobs: '/api/jobs' } }) as unknown as ModuleState,
);

function partsOf(answer: (question: Question) => unknown, named: readonly string[] = []) {
  const asked: Question[] = [];
  const parts: ListParts = {
    aggregator: { state: () => ({ modules: MODULES }) },
    client: {
      ask: async (_act, question): Promise<ModuleAnswer> => {
        asked.push(question);
        return { kind: 'answered', status: 200, body: answer(question) };
      },
      isNamed: (module) => named.includes(module),
    },
  };
  return { parts, asked };
}

const entries = (count: number, who: string) =>
  Array.from({ length: count }, (_, at) => ({ at: new Date(at * 1_000).toISOString(), who }));

/** All pages, and the last of them. */
async function readAll(
  list: (query: URLSearchParams) => Promise<Page>,
): Promise<{ all: object[]; last: Page }> {
  const all: object[] = [];
  let last = await list(new URLSearchParams());
  for (let pages = 0; pages < 100; pages++) {
    all.push(...last.items);
    if (last.cursor === null) return { all, last };
    last = await list(new URLSearchParams({ cursor: last.cursor }));
  }
  throw new Error('The pages do not end');
}

it('However much there is, pages end and show everything once', async () => {
  const { parts } = partsOf(({ module }) => entries(400, module));
  const { all, last } = await readAll((query) => listAudit(parts, ANN, query));
  expect(all).toHaveLength(800);
  expect(new Set(all.map((entry) => JSON.stringify(entry))).size).toBe(800);
  expect(last.truncated).toBe(false);
});

it('It is said when a module has more than it is asked for', async () => {
  const { parts } = partsOf(({ module }) => entries(module === 'HR' ? 500 : 1, module));
  const { all, last } = await readAll((query) => listAudit(parts, ANN, query));
  expect(all).toHaveLength(501);
  expect(last.truncated).toBe(true);
});

it('What a copy has set aside is asked for where it is, and not sought among the newest of others', async () => {
  const { parts, asked } = partsOf(() => ({ items: [], groups: [], tasks: [{ notListed: 3 }] }));
  const query = new URLSearchParams({ copy: 'Fleet/HR/Cars', kind: 'script' });
  expect(await listSetAside(parts, ANN, query)).toMatchObject({ items: [], truncated: true });
  const paths = asked.map(({ module, path }) => `${module} ${path}`);
  expect(paths.toSorted()).toEqual([
    'Fleet /spark/etl/set-aside?take=500&group=reason&kind=script&module=HR&task=Cars',
    'HR /spark/etl/set-aside?take=500&group=reason&kind=script&module=Fleet&task=Cars',
  ]);
  asked.length = 0;
  await listSetAside(parts, ANN, new URLSearchParams({ copy: 'Fleet/Sales/Cars' }));
  expect(asked.map(({ module }) => module)).toEqual(['Fleet']);
});

it('Every module that has an audit trail is asked for it, with replication or as a replica', async () => {
  const { parts, asked } = partsOf(({ module }) => entries(1, module));
  const others = [
    { name: 'Desk', why: null, systems: { peers: '/spark/peers' } },
    { name: 'Batch', why: null, systems: { jobs: '/api/jobs' } },
  ] as unknown as ModuleState[];
  parts.aggregator = { state: () => ({ modules: [...MODULES, ...others] }) };
  const { items, missing } = await listAudit(parts, ANN, new URLSearchParams());
  expect(asked.map(({ module }) => module).toSorted()).toEqual(['Desk', 'Fleet', 'HR']);
  expect([items.length, missing]).toEqual([3, []]);
});

it('A caller of an API does not pass for an operator, whatever its name', async () => {
  const { parts } = partsOf(() => [
    ...entries(1, 'jwt:eve by Console'),
    ...entries(1, 'ann by Console'),
    ...entries(1, 'HR'),
  ]);
  parts.aggregator = { state: () => ({ modules: MODULES.slice(0, 1) }) };
  const { items } = await listAudit(parts, ANN, new URLSearchParams());
  expect(items).toMatchObject([
    { who: 'jwt:eve by Console', role: 'module' },
    { who: 'ann by Console', role: 'operator' },
    { who: 'HR', role: 'module' },
  ]);
});

it('A module that has never answered is missing from a list, and from that of a copy only when it has a part in it', async () => {
  const { parts } = partsOf(() => []);
  const away = { name: 'Sales', why: 'no answer in time', systems: {} } as unknown as ModuleState;
  parts.aggregator = { state: () => ({ modules: [...MODULES, away] }) };
  expect(await listAudit(parts, ANN, new URLSearchParams())).toMatchObject({ items: [], missing: ['Sales'] });
  const ofCopy = new URLSearchParams({ copy: 'Fleet/HR/Cars' });
  expect((await listSetAside(parts, ANN, ofCopy)).missing).toEqual([]);
});
