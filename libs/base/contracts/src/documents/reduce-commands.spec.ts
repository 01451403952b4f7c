import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeCommand } from '../change-set/change-set.ts';
import { idKey, type IdRule } from '../names/id-rules.ts';
import { reduceCommands } from './reduce-commands.ts';

const rules = fc.constantFrom<IdRule>('ravendb', 'sqlite');
const ids = fc.constantFrom(
  'a',
  'A',
  'a/1',
  'A/2',
  'b/1',
  'b',
  'ä/1',
  'Ä/1',
  'Ä/2',
  'k',
  '\u212a',
  'ος',
  'ΟΣ',
);
const command: fc.Arbitrary<ChangeCommand> = fc.oneof(
  fc.record({ type: fc.constant('put' as const), id: ids, document: fc.nat().map(String) }),
  fc.record({ type: fc.constant('delete' as const), id: ids }),
  fc.record({
    type: fc.constant('delete-prefix' as const),
    prefix: fc.constantFrom('a/', 'B', 'b/', 'ä', 'Ä/', 'Ο'),
  }),
);

/** One command after the other, on a store of which everything is the task's own. */
function oneByOne(rule: IdRule, before: string[], commands: ChangeCommand[]): Map<string, string> {
  const store = new Map(before.map((id) => [idKey(rule, id), 'old']));
  for (const one of commands) {
    if (one.type === 'put') store.set(idKey(rule, one.id), one.document);
    if (one.type === 'delete') store.delete(idKey(rule, one.id));
    if (one.type === 'delete-prefix') {
      const prefix = idKey(rule, one.prefix);
      for (const id of store.keys()) if (id.startsWith(prefix)) store.delete(id);
    }
  }
  return store;
}

function atOnce(rule: IdRule, before: string[], commands: ChangeCommand[]): Map<string, string> {
  const { puts, deletes, prefixes } = reduceCommands(commands, rule);
  const gone = (id: string) => deletes.has(id) || [...prefixes].some((prefix) => id.startsWith(prefix));
  const store = new Map(before.map((id) => [idKey(rule, id), 'old']));
  for (const id of store.keys()) if (gone(id)) store.delete(id);
  for (const [id, { document }] of puts) store.set(id, document);
  return store;
}

describe('a set of commands', () => {
  it('comes to the same at once as one after the other', () => {
    fc.assert(
      fc.property(rules, fc.array(ids), fc.array(command), (rule, before, commands) => {
        const expected = [...oneByOne(rule, before, commands)].toSorted();
        expect([...atOnce(rule, before, commands)].toSorted()).toEqual(expected);
      }),
    );
  });
});
