import { expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import type { ModuleState } from '../ask/state.ts';
import type { SystemList } from '../act/system-lists.ts';
import { listDelta, SystemWatch } from './system-watch.ts';

const listOf = (...names: string[]): SystemList => ({
  items: names.map((name) => ({ key: name, module: name })),
  missing: [],
  unnamed: [],
  truncated: false,
});

it('Of a list only what changed is told', () => {
  const before = listOf('a', 'b');
  expect(listDelta(before, listOf('a', 'b'))).toBeNull();
  expect(listDelta(before, listOf('b', 'c'))).toMatchObject({ changed: [{ key: 'c' }], gone: ['a'] });
  expect(listDelta(before, { ...before, missing: ['HR'] })).toMatchObject({ changed: [], missing: ['HR'] });
});

it('Modules are asked once for all who look, and no longer when nobody does', async () => {
  let asked = 0;
  const modules = [{ name: 'A', systems: { peers: '/spark/peers' } } as unknown as ModuleState];
  const watch = new SystemWatch(
    {
      aggregator: { state: () => ({ modules }) },
      client: {
        isNamed: () => false,
        ask: async () => ({
          kind: 'answered',
          status: 200,
          body: { service: 'notes', node: String((asked += 1)) },
        }),
      },
    },
    new MemoryLogger(),
  );
  const heard: SystemList[][] = [[], []];
  const leaves = heard.map((lists) => watch.watch('peers', (list) => void lists.push(list)));
  await eventually(async () => heard.every(({ length }) => length > 0));
  watch.wake();
  await eventually(async () => heard.every(({ length }) => length > 1));
  expect(heard[0]?.at(-1)).toEqual(heard[1]?.at(-1));
  for (const leave of leaves) leave();
  // Whoever comes while modules are asked is told at once; for whoever comes later it begins again.
  await eventually(async () => {
    watch.wake();
    const told: SystemList[] = [];
    watch.watch('peers', (list) => void told.push(list))();
    return told.length === 0;
  });
});
