import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NotACopyError, type ChangeCommand, type TaskKey, taskName } from '@nestjs-spark/contracts';
import type { ChangeSink, Checkpoint } from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../support/checkpoint-of.ts';

/** A target, and a way past it, as the module itself or another program would write. */
export interface OpenTarget {
  target: ChangeSink;
  put(id: string, json: string, metadata?: Record<string, string>, collection?: string): Promise<void>;
  delete(id: string): Promise<void>;
  /** The document's fields; null for none. */
  fields(id: string): Promise<Record<string, unknown> | null>;
  close(): Promise<void>;
}

export interface TargetUnderTest {
  name: string;
  open(): Promise<OpenTarget>;
}

/** What is stored under an id that is to be put, and when it may be overwritten. */
const STANDING: [string, Record<string, string> | undefined, { always: boolean; adopted: boolean }][] = [
  ['a document of the module itself', undefined, { always: false, adopted: true }],
  ['one with metadata of its own', { '@expires': '2030-01-01T00:00:00Z' }, { always: false, adopted: true }],
  ['one with a source and no generation', copy('Fleet/a/1', ''), { always: false, adopted: true }],
  ['a copy of its own', copy('Fleet/a/1', 'HR/{task}:1'), { always: true, adopted: true }],
  [
    'a copy of its own of an older generation',
    copy('Fleet/a/1', 'HR/{task}:0'),
    { always: true, adopted: true },
  ],
  [
    'a copy of its own, names in another case',
    copy('FLEET/a/1', 'Hr/{TASK}:1'),
    { always: true, adopted: true },
  ],
  ['a copy of its own without a source', copy('', 'HR/{task}:1'), { always: true, adopted: true }],
  ['a copy of another task', copy('Fleet/a/1', 'HR/others:1'), { always: false, adopted: false }],
  [
    'a copy of a task whose name begins so',
    copy('Fleet/a/1', 'HR/{task}0:1'),
    { always: false, adopted: false },
  ],
  ['a copy of another owner, same task', copy('Depot/a/1', 'HR/{task}:1'), { always: false, adopted: false }],
  [
    'a copy of an owner whose name begins so',
    copy('Fleet2/a/1', 'HR/{task}:1'),
    { always: false, adopted: false },
  ],
  ['a copy of another requester', copy('Fleet/a/1', 'HR2/{task}:1'), { always: false, adopted: false }],
];

/** First copy or not, few documents or many: each is looked at in a way of its own. */
const READINGS: [string, Partial<Checkpoint>, number][] = [
  ['in a first copy', { generation: 1, live: false }, 3],
  ['live', { generation: 1, live: true }, 1],
  ['live, among many', { generation: 1, live: true }, 100],
  ['while a second generation is read', { generation: 2, live: false }, 100],
];

export function notACopyConformance(store: TargetUnderTest): void {
  describe(`Puts of ${store.name} where something stands`, () => {
    let open: OpenTarget;
    let task: TaskKey;
    let number = 0;

    beforeAll(async () => {
      open = await store.open();
    });
    beforeEach(() => {
      task = { owner: 'Fleet', requester: 'HR', name: `Own${++number}x` };
    });
    afterAll(() => open.close());

    const label = (generation = 1): string => `HR/${task.name.toLowerCase()}:${generation}`;
    const put = (id: string, generation = 1, collection = 'Cars'): ChangeCommand => ({
      type: 'put',
      id,
      document: JSON.stringify({
        V: 'new',
        '@metadata': {
          '@collection': collection,
          'spark-source': `Fleet/${id}`,
          'spark-etag': 7,
          'spark-generation': label(generation),
        },
      }),
    });
    const checkpoint = (changes: Partial<Checkpoint> = {}): Checkpoint =>
      checkpointOf(taskName(task), changes);
    const stand = (id: string, metadata: Record<string, string> | undefined): Promise<void> => {
      const filled = Object.entries(metadata ?? {}).map(([key, value]) => [
        key,
        value.replace('{task}', task.name.toLowerCase()).replace('{TASK}', task.name.toUpperCase()),
      ]);
      return open.put(id, '{"V":"old"}', metadata && (Object.fromEntries(filled) as Record<string, string>));
    };

    describe.each(READINGS)('%s', (_, changes, size) => {
      const setOf = (id: string): ChangeCommand[] => [
        ...Array.from({ length: size }, (_each, n) => put(`${id}/${n}`, changes.generation)),
        put(id, changes.generation),
      ];

      it.each(STANDING)('%s', async (_what, metadata, { always, adopted }) => {
        for (const [overwrite, isFree] of [
          [undefined, always],
          ['own', adopted],
        ] as const) {
          const id = `way-${number}-${overwrite ?? 'no'}/A/1`;
          await stand(id, metadata);
          const before = await open.target.readCheckpoint(taskName(task));
          const set = setOf(id);
          const applied = open.target.apply(
            set,
            checkpoint(changes),
            Promise.resolve(before?.version ?? null),
            undefined,
            overwrite,
          );
          if (isFree) {
            await applied;
            expect(await open.fields(id)).toEqual({ V: 'new' });
            continue;
          }
          const error = await applied.catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(NotACopyError);
          expect([...(error as NotACopyError).inTheWay.keys()]).toEqual([id]);
          expect((error as NotACopyError).message).toContain(JSON.stringify(id));
          expect(await open.fields(id)).toEqual({ V: 'old' });
          expect(await open.fields(`${id}/0`)).toBeNull();
          expect(await open.target.readCheckpoint(taskName(task))).toEqual(before);
          expect(await open.target.findInTheWay(taskName(task), [id, `${id}/0`], overwrite)).toEqual([id]);
          await open.delete(id);
          expect(await open.target.findInTheWay(taskName(task), [id], overwrite)).toEqual([]);
          await open.target.apply(set, checkpoint(changes), before?.version ?? null, undefined, overwrite);
          expect(await open.fields(id)).toEqual({ V: 'new' });
        }
      });

      it('never what the module writes in the same moment', async () => {
        let version = await open.target.apply([], checkpoint(changes), null);
        for (let round = 0; round < 10; round++) {
          const id = `race-${number}/${round}`;
          const applied = open.target.apply(setOf(id), checkpoint(changes), Promise.resolve(version));
          const [result] = await Promise.all([
            applied.catch((thrown: unknown) => thrown),
            open.put(id, '{"V":"own"}'),
          ]);
          expect(typeof result === 'string' || result instanceof NotACopyError).toBe(true);
          expect(await open.fields(id)).toEqual({ V: 'own' });
          version = (await open.target.readCheckpoint(taskName(task)))?.version ?? '';
        }
      });
    });

    it('names everything that is in the way at once', async () => {
      const ids = Array.from({ length: 120 }, (_, n) => `many-${number}/${n}`);
      for (const id of ids.slice(20)) await stand(id, undefined);
      const applied = open.target.apply(
        ids.map((id) => put(id)),
        checkpoint(),
        null,
      );
      const error = await applied.catch((thrown: unknown) => thrown);
      expect([...(error as NotACopyError).inTheWay.keys()].toSorted()).toEqual(ids.slice(20).toSorted());
    });

    it('tells a late writer that it is late, whatever is in the way', async () => {
      await stand('late/own', undefined);
      const version = await open.target.apply([], checkpoint(), null);
      await open.target.apply([], checkpoint({ to: 20 }), version);
      const late = open.target.apply([put('late/own')], checkpoint({ to: 30, live: true }), version);
      await expect(late).rejects.toThrow(/changed by someone else/);
    });

    it('goes over nothing of the module in another collection, even where it adopts', async () => {
      const id = `elsewhere-${number}/1`;
      await open.put(id, '{"V":"old"}', undefined, 'Trucks');
      const applied = open.target.apply([put(id)], checkpoint({ live: true }), null, undefined, 'own');
      await expect(applied).rejects.toThrow(NotACopyError);
      expect(await open.fields(id)).toEqual({ V: 'old' });
    });
  });
}

function copy(source: string, generation: string): Record<string, string> {
  return {
    ...(source === '' ? {} : { 'spark-source': source }),
    ...(generation === '' ? {} : { 'spark-generation': generation }),
  };
}
