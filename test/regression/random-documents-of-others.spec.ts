import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VERSION, type Repository } from '@nestjs-spark/contracts';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import { Entity, SparkTransactions } from '@nestjs-spark/store';
import type { OpenStore } from '../conformance/adapters/store-under-test.ts';
import { stores } from '../conformance/adapters/stores.ts';
import {
  applyTo,
  changed,
  changesOf,
  DENSE,
  foreignDocument,
  foreignMetadata,
  write,
  type Change,
} from '../support/foreign-documents.ts';
import { testSeed } from '../support/seeded-random.ts';

type Fields = Record<string, unknown>;

class Thing {
  model?: string;
}
Entity({ collection: 'Things' })(Thing);

const seed = testSeed();

for (const store of stores) {
  const runs = store.name === 'SQLite' ? 200 : 60;
  // SQLite keeps blanks, too. What goes leaves them behind in more than one right way, so nothing goes there.
  const layouts = store.name === 'SQLite' ? [DENSE, { before: '\n  ', after: ' ' }] : [DENSE];

  describeWithServers(store.needs, `random documents of other clients on ${store.name}, seed ${seed}`, () => {
    let open: OpenStore;
    let things: Repository<Fields>;
    let transactions: SparkTransactions;
    let number = 0;

    beforeAll(async () => {
      open = await store.open();
      things = open.repository<Fields>('Things');
      transactions = new SparkTransactions(open.writer());
    });
    afterAll(() => open.drop());

    const newId = (): string => `things/${++number}`;
    const read = async (id: string) => {
      const thing = await things.get(id);
      if (!thing) throw new Error(`There is no ${id}`);
      return thing;
    };
    const ways: [string, (id: string, change: (thing: Fields) => void) => Promise<unknown>][] = [
      [
        'put',
        async (id, change) => {
          const thing = await read(id);
          change(thing);
          return things.put(id, thing);
        },
      ],
      [
        'put with a version, of what was made of it',
        async (id, change) => {
          const read1 = await read(id);
          const thing = structuredClone({ ...read1 });
          change(thing);
          const version = read1[VERSION];
          return things.put(id, thing, version === undefined ? {} : { version });
        },
      ],
      [
        'a transaction',
        async (id, change) => {
          const thing = await read(id);
          change(thing);
          return transactions.run((tx) => tx.of(Thing).put(id, thing as Thing));
        },
      ],
    ];

    it.each(ways)('are changed where they were meant to be, and nowhere else, by %s', async (how, way) => {
      const story = foreignDocument.chain((document) =>
        fc.record({
          document: fc.constant(document),
          metadata: foreignMetadata,
          layout: fc.constantFrom(...layouts),
          changes: changesOf(document),
        }),
      );
      await fc.assert(
        fc.asyncProperty(story, async ({ document, metadata, layout, changes: all }) => {
          const changes = layout === DENSE ? all : all.filter(({ do: what }) => what !== 'remove');
          // A type stays where nobody can know that it is meant to go.
          const losesType = changes.some(
            ({ do: what, path }) => what === 'remove' && /^\$[a-z]/.test(String(path.at(-1))),
          );
          fc.pre(!(losesType && how.includes('made of it')));
          const id = newId();
          const before = write(document, layout);
          await open.putText(id, 'Things', before, metadata);
          expect(await open.parts(id)).toEqual({ fields: before, metadata });
          await way(id, (thing) => applyTo(thing, changes));
          const after = await open.parts(id);
          expect(after?.metadata).toBe(metadata);
          expect(after?.fields).toBe(write(changed(document, changes), layout));
        }),
        { seed, numRuns: runs },
      );
    });

    it('are changed in one field, and nowhere else, by a patch', async () => {
      const story = fc.record({
        document: foreignDocument,
        metadata: foreignMetadata,
        layout: fc.constantFrom(...layouts),
      });
      await fc.assert(
        fc.asyncProperty(story, async ({ document, metadata, layout }) => {
          const id = newId();
          await open.putText(id, 'Things', write(document, layout), metadata);
          await things.patch(id, { model: 'y' });
          const isThere = document.kind === 'object' && document.members.some(([name]) => name === 'Model');
          const change: Change = isThere
            ? { do: 'set', path: ['model'], to: 'y' }
            : { do: 'add', path: [], name: 'model', value: 'y' };
          const expected = changed(document, [change]);
          const after = await open.parts(id);
          expect(after?.metadata).toBe(metadata);
          expect(after?.fields).toBe(write(expected, layout));
        }),
        { seed, numRuns: runs },
      );
    });
  });
}
