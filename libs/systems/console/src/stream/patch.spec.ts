import { expect, it } from '@jest/globals';
import { mergeCopies } from '../merge/merge-state.ts';
import { readReplication } from '../ask/read-answers.ts';
import type { ConsoleState } from '../ask/state.ts';
import { deltaOf, isEmpty } from './patch.ts';

function stateOf(
  applied: number,
  names: readonly string[] = ['HR', 'Sales', 'Yard', 'Depot', 'A', 'B', 'C', 'D'],
): ConsoleState {
  const modules = names.map((name) => ({
    name,
    url: '',
    about: null,
    replication: readReplication({
      incoming: [
        {
          owner: 'Fleet',
          name: 'Cars',
          collection: 'Cars',
          state: 'Streaming',
          complete: true,
          documentsApplied: applied,
          position: applied,
          lag: 0,
          reason: null,
        },
      ],
    }),
    reachable: true,
    permitted: true,
    answering: true,
    why: null,
    seenAt: null,
    instances: 1,
    letters: 0,
  }));
  return { at: '', modules: [], copies: mergeCopies(modules, () => 0), letters: 0, history: {} };
}

it('What is sent each second names the figures that changed and nothing else', () => {
  const delta = deltaOf(stateOf(100), stateOf(101));
  expect(delta.copies).toContainEqual({ id: 'Fleet/HR/Cars', in: { applied: 101, position: 101 } });
  expect(JSON.stringify(delta).length).toBeLessThan(1_024);
  expect(isEmpty(deltaOf(stateOf(1), stateOf(1)))).toBe(true);
});

it('A copy that is gone is named, and one that is new is sent whole', () => {
  const delta = deltaOf(stateOf(1, ['HR']), stateOf(1, ['Sales']));
  expect(delta.gone).toEqual(['Fleet/HR/Cars']);
  expect(delta.copies[0]).toMatchObject({ id: 'Fleet/Sales/Cars', state: 'Streaming', in: { applied: 1 } });
});
