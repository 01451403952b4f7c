import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeCommand } from '../change-set/change-set.ts';
import { reduceCommands } from './reduce-commands.ts';

const ids = fc.constantFrom('a', 'A', 'a/1', 'A/2', 'b/1', 'b');
const command: fc.Arbitrary<ChangeCommand> = fc.oneof(
  fc.record({ type: fc.constant('put' as const), id: ids, document: fc.nat().map(String) }),
  fc.record({ type: fc.constant('delete' as const), id: ids }),
  fc.record({ type: fc.constant('delete-prefix' as const), prefix: fc.constantFrom('a/', 'B', 'b/') }),
);

/** One command after the other, on a store of which everything is the task's own. */
function oneByOne(before: string[], commands: ChangeCommand[]): Map<string, string> {
  const store = new Map(before.map((id) => [id.toLowerCase(), 'old']));
  for (const one of commands) {
    if (one.type === 'put') store.set(one.id.toLowerCase(), one.document);
    if (one.type === 'delete') store.delete(one.id.toLowerCase());
    if (one.type === 'delete-prefix') {
      const prefix = one.prefix.toLowerCase();
      for (const id of store.keys()) if (id.startsWith(prefix)) store.delete(id);
    }
  }
  return store;
}

function atOnce(before: string[], commands: ChangeCommand[]): Map<string, string> {
  const { puts, deletes, prefixes } = reduceCommands(commands);
  const gone = (id: string) => deletes.has(id) || [...prefixes].some((prefix) => id.startsWith(prefix));
  const store = new Map(before.map((id) => [id.toLowerCase(), 'old']));
  for (const id of store.keys()) if (gone(id)) store.delete(id);
  for (const [id, { document }] of puts) store.set(id, document);
  return store;
}

describe('a set of commands', () => {
  it('comes to the same at once as one after the other', () => {
    fc.assert(
      fc.property(fc.array(ids), fc.array(command), (before, commands) => {
        expect([...atOnce(before, commands)].toSorted()).toEqual([...oneByOne(before, commands)].toSorted());
      }),
    );
  });
});
