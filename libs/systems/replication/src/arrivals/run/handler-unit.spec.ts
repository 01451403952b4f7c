import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChangeCommand } from '@nestjs-spark/contracts';
import { EntityMapping, type ChangePage, type Checkpoint } from '@nestjs-spark/contracts/internal';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { chooseParts, type StoreParts } from '@nestjs-spark/store/internal';
import { MemoryLogger } from '@nestjs-spark/testing';
import type { Arrival } from '../listen/on-replicated.decorator.ts';
import { FIRST, UNSURE, type Told } from '../tell/judge-copy.ts';
import { HandlerUnit } from './handler-unit.ts';
import type { HandlerUnitParts } from './handler-work.ts';

const NAME = 'Fleet/HR/Cars';
const seed = Number(process.env['SPARK_TEST_SEED'] ?? Date.now() % 1_000_000);

class Car {
  model!: string;
}

let folder: string;
let store: StoreParts;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-arrivals-'));
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<void> {
  const settings = {
    kind: 'sqlite',
    path: join(folder, 'hr.db'),
    registry: null,
    createDatabase: true,
  } as const;
  store = await chooseParts(settings, new MemoryLogger(), new Breakers());
}

/** Copies as the stream engine applies them. */
class Copies {
  generation = 1;
  readonly now = new Map<string, string>();
  #etag = 0;
  #version: string | null = null;

  put(id: string, model: string): Promise<void> {
    this.now.set(id, model);
    return this.#apply([this.#putOf(id, model, ++this.#etag)]);
  }

  putAll(ids: readonly string[], model: string): Promise<void> {
    for (const id of ids) this.now.set(id, model);
    return this.#apply(ids.map((id) => this.#putOf(id, model, ++this.#etag)));
  }

  delete(id: string): Promise<void> {
    this.now.delete(id);
    this.#etag++;
    return this.#apply([{ type: 'delete', id }]);
  }

  /** Everything is read again, with the same etags. */
  async again(): Promise<void> {
    this.generation++;
    await this.#apply([...this.now].map(([id, model], at) => this.#putOf(id, model, at + 1)));
  }

  #putOf(id: string, model: string, etag: number): ChangeCommand {
    const metadata = {
      '@collection': 'Cars',
      'spark-source': `Fleet/${id}`,
      'spark-etag': etag,
      'spark-generation': `HR/cars:${this.generation}`,
    };
    return { type: 'put', id, document: JSON.stringify({ Model: model, '@metadata': metadata }) };
  }

  async #apply(commands: ChangeCommand[]): Promise<void> {
    const checkpoint: Checkpoint = {
      name: NAME,
      generation: this.generation,
      incarnation: 'a',
      databaseId: 'fleet',
      ids: 'sqlite',
      to: this.#etag,
      live: true,
      script: 's',
      witness: { number: 0, mark: '' },
      sequence: 1,
      streamCreated: '',
      swept: true,
      setsApplied: 0,
      documentsPut: 0,
      documentsDeleted: 0,
      readAt: 0,
      appliedAt: 0,
    };
    this.#version = await store.target.apply(commands, checkpoint, this.#version);
  }
}

/** A handler, and the instances that call it one after the other. */
class Listener {
  readonly heard: Arrival<Car>[] = [];
  fails: (arrival: Arrival<Car>) => boolean | Promise<boolean> = () => false;
  parts: Partial<HandlerUnitParts> = {};
  unit!: HandlerUnit;
  #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  start(): void {
    this.#ended = new AbortController();
    const call = async (arrival: Arrival): Promise<void> => {
      await Promise.resolve();
      if (await this.fails(arrival as Arrival<Car>)) throw new Error(`no ${arrival.id}`);
      this.heard.push(arrival as Arrival<Car>);
    };
    const handler = { name: 'Garage.carCame', target: Car, call };
    const work = { handler, names: [NAME], collections: ['Cars'], mapping: new EntityMapping(Car.prototype) };
    const { changes, state } = store;
    const logger = new MemoryLogger();
    this.unit = new HandlerUnit(work, { changes, state, logger, retry: { waitMs: 5 }, ...this.parts });
    this.#running = this.unit.run(this.#ended.signal);
  }

  /** Ends as a process does that is killed between a call and the record of it, or anywhere else. */
  async end(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  /** Until it was told of everything. */
  async idle(): Promise<void> {
    await eventually(async () => {
      const { lastEtag } = await store.changes.read({
        collection: 'Cars',
        from: 1,
        deletesAfter: 0,
        limit: 1,
      });
      expect(this.unit.status).toMatchObject({ position: lastEtag, state: 'Idle', setAside: 0 });
    });
  }

  get said(): string[] {
    return this.heard.map(({ kind, id, document }) => `${kind} ${id} ${document?.model ?? '-'}`);
  }

  /** What it must believe to be there. */
  get believes(): Map<string, string> {
    const believed = new Map<string, string>();
    for (const { id, document } of this.heard) {
      if (document) believed.set(id, document.model);
      else believed.delete(id);
    }
    return believed;
  }
}

/** A store that gives no guarantee for deletes, and has removed each before it could be read. */
function withoutDeletes({ changes }: StoreParts): {
  changes: HandlerUnitParts['changes'];
  loads: string[][];
} {
  const loads: string[][] = [];
  return {
    loads,
    changes: {
      ids: changes.ids,
      wait: (etag, signal) => changes.wait(etag, signal),
      load: (ids) => {
        loads.push(ids);
        return changes.load(ids);
      },
      read: async (query) => {
        const page = await changes.read(query);
        const puts = page.changes.filter(({ kind }) => kind !== 'delete');
        return { ...page, changes: puts, deletes: Promise.resolve('best-effort') };
      },
    },
  };
}

describe('A handler', () => {
  let copies: Copies;
  let listener: Listener;
  beforeEach(() => {
    copies = new Copies();
    listener = new Listener();
  });
  afterEach(() => listener.end());

  it('is told of what is here already, then of each change, and of nothing read again as it was', async () => {
    await copies.put('cars/1', 'Golf');
    listener.start();
    await listener.idle();
    await copies.put('cars/1', 'Polo');
    await listener.idle();
    await copies.again();
    await copies.put('cars/2', 'Up');
    await listener.idle();
    await copies.delete('cars/1');
    await listener.idle();
    expect(listener.said).toEqual([
      'arrived cars/1 Golf',
      'changed cars/1 Polo',
      'arrived cars/2 Up',
      'gone cars/1 -',
    ]);
    expect(listener.heard[1]).toMatchObject({
      source: { owner: 'Fleet', documentId: 'cars/1', etag: 2 },
      collection: 'Cars',
      document: { id: 'cars/1' },
    });
    expect(listener.heard[1]?.document).toBeInstanceOf(Car);
  });

  it('has what it was told recorded with the announcement of the next change, or a second later', async () => {
    const writes = jest.spyOn(store.state, 'writeTogether').mock.calls;
    listener.start();
    await listener.idle();
    const began = performance.now();
    const before = writes.length;
    for (let n = 1; n <= 20; n++) {
      await copies.put('cars/1', `Golf ${n}`);
      await eventually(() => expect(listener.heard).toHaveLength(n));
    }
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    expect(writes.length - before).toBeLessThanOrEqual(20 + seconds);
    await eventually(async () => {
      const [record] = await store.state.list<Told>('sparkArrived/');
      expect([FIRST, UNSURE]).not.toContain(record?.value.hash);
    });
  });

  it('goes on where the instance before it was, and learns what went away meanwhile', async () => {
    await copies.put('cars/1', 'Golf');
    await copies.put('cars/2', 'Up');
    listener.start();
    await listener.idle();
    await listener.end();
    await copies.delete('cars/1');
    // Nobody keeps deletes for it: the newest thousand changes stay.
    await copies.putAll(
      Array.from({ length: 1_100 }, (_, n) => `cars/more-${n}`),
      'Golf',
    );
    await store.feed.keepDeletesAfter(1_000_000);
    listener.start();
    await listener.idle();
    expect(listener.said.filter((one) => one.startsWith('gone'))).toEqual(['gone cars/1 -']);
    expect(listener.believes).toEqual(copies.now);
  });

  it('is told of the others while it fails for one, and of that one again until it works', async () => {
    let failures = 0;
    listener.fails = ({ id }) => id === 'cars/1' && ++failures < 4;
    await copies.put('cars/1', 'Golf');
    await copies.put('cars/2', 'Up');
    listener.start();
    await listener.idle();
    expect(listener.said).toEqual(['arrived cars/2 Up', 'arrived cars/1 Golf']);
  });

  it('that fails for every copy is down: few are set aside, and once it works it is told of all', async () => {
    let isDown = true;
    listener.fails = () => isDown;
    for (let n = 0; n < 100; n++) await copies.put(`cars/${n}`, 'Golf');
    listener.start();
    await eventually(async () => expect(listener.unit.status).toMatchObject({ state: 'Waiting' }));
    expect(listener.unit.status.setAside).toBeLessThan(15);
    isDown = false;
    await listener.idle();
    expect(listener.believes).toEqual(copies.now);
    expect(listener.heard).toHaveLength(100);
  });

  it('is told of the good copies after more bad ones than mean that it is down', async () => {
    listener.fails = ({ id }) => id.startsWith('cars/bad');
    await copies.putAll(
      Array.from({ length: 12 }, (_, n) => `cars/bad-${n}`),
      'Golf',
    );
    await copies.putAll(
      Array.from({ length: 20 }, (_, n) => `cars/good-${n}`),
      'Golf',
    );
    listener.start();
    await eventually(async () => expect(listener.heard).toHaveLength(20));
    expect(listener.unit.status.setAside).toBe(12);
  });

  it('is told again of what it fails for some times only, however quiet the rest is', async () => {
    let calls = 0;
    listener.fails = ({ id }) => id.startsWith('cars/bad') && ++calls > 0;
    await copies.putAll(['cars/bad-1', 'cars/bad-2', 'cars/1'], 'Golf');
    listener.start();
    await eventually(async () => expect(calls).toBe(12));
    expect(listener.unit.status).toMatchObject({ state: 'Idle', setAside: 2 });
    await copies.putAll(['cars/2', 'cars/3'], 'Golf');
    await eventually(async () => expect(listener.heard).toHaveLength(3));
    await copies.put('cars/bad-1', 'Up');
    await eventually(async () => expect(calls).toBe(13));
  });

  it('learns what went away although the store removed the delete before anybody read it', async () => {
    const { changes } = withoutDeletes(store);
    listener.parts = { changes, compareEveryMs: 50 };
    await copies.putAll(['cars/1', 'cars/2'], 'Golf');
    listener.start();
    await listener.idle();
    await copies.delete('cars/1');
    await eventually(async () => expect(listener.believes).toEqual(copies.now));
  });

  it('compares nothing again because it fails', async () => {
    const { changes, loads } = withoutDeletes(store);
    listener.parts = { changes, compareEveryMs: 1_000_000 };
    await copies.putAll(['cars/known-1', 'cars/known-2'], 'Golf');
    listener.start();
    await listener.idle();
    listener.fails = () => true;
    await copies.putAll(
      Array.from({ length: 20 }, (_, n) => `cars/${n}`),
      'Up',
    );
    await eventually(async () => expect(listener.unit.status.setAside).toBe(12));
    // What is tried again is read one by one.
    expect(loads.filter((ids) => ids.length > 1)).toEqual([]);
  });

  it('is told of what came while many others are due again', async () => {
    const many = Array.from({ length: 60 }, (_, n) => `cars/bad-${n}`);
    listener.fails = ({ id }) => id.startsWith('cars/bad');
    listener.parts = { retry: { waitMs: 1_000_000 } };
    for (const [at, id] of many.entries()) await copies.putAll([id, `cars/${at}`], 'Golf');
    listener.start();
    await eventually(async () => expect(listener.unit.status).toMatchObject({ setAside: 60, told: 60 }));
    await listener.end();
    const said: string[] = [];
    listener.fails = async ({ id }) => {
      said.push(id);
      if (said.length === 1) await copies.put('cars/new', 'Up');
      return id.startsWith('cars/bad');
    };
    listener.start();
    await eventually(async () => expect(said).toContain('cars/new'));
    expect(said.indexOf('cars/new')).toBeLessThan(25);
  });

  it('is never told of an older state that was read ahead after a newer one', async () => {
    const { changes } = store;
    let ahead: ChangePage | null = null;
    let reads = 0;
    const read: HandlerUnitParts['changes']['read'] = async (query) => {
      const page = ahead && !query.fresh ? ahead : await changes.read(query);
      ahead = null;
      // The first read only finds out which database it is.
      if (page.drained || ++reads === 1) return page;
      await copies.put('cars/0', 'Polo');
      ahead = await changes.read({ ...query, from: page.to + 1 });
      await copies.put('cars/0', 'Up');
      return page;
    };
    const { ids, load, wait } = changes;
    listener.parts = {
      changes: { ids, read, load: load.bind(changes), wait: wait.bind(changes) },
      retry: { waitMs: 0 },
    };
    let hasFailed = false;
    listener.fails = ({ id }) => id === 'cars/0' && !hasFailed && (hasFailed = true);
    await copies.putAll(
      Array.from({ length: 240 }, (_, n) => `cars/${n}`),
      'Golf',
    );
    listener.start();
    await listener.idle();
    expect(listener.said.filter((one) => one.includes('cars/0 '))).toEqual(['arrived cars/0 Up']);
  });

  it('waits where no more copies can be set aside, and is told of all once it works', async () => {
    let isBroken = true;
    listener.fails = ({ id }) => isBroken && id.startsWith('cars/bad');
    listener.parts = { keptAtMost: 3, retry: { waitMs: 200 } };
    for (let n = 0; n < 6; n++) await copies.putAll([`cars/bad-${n}`, `cars/${n}`], 'Golf');
    listener.start();
    await eventually(async () =>
      expect(listener.unit.status).toMatchObject({
        state: 'Waiting',
        setAside: 3,
        lastError: expect.stringContaining('which is the limit'),
      }),
    );
    isBroken = false;
    await listener.idle();
    expect(listener.believes).toEqual(copies.now);
  });

  it('that does not end says of which copy it is being told, and since when', async () => {
    const hung = Promise.withResolvers<boolean>();
    listener.fails = ({ id }) => id === 'cars/1' && hung.promise;
    await copies.putAll(['cars/1', 'cars/2'], 'Golf');
    listener.start();
    await eventually(async () =>
      expect(listener.unit.status).toMatchObject({
        state: 'Telling',
        telling: 'cars/1',
        tellingSince: expect.any(Number),
      }),
    );
    hung.resolve(false);
    await listener.idle();
    expect(listener.unit.status).toMatchObject({ telling: null, tellingSince: null });
  });

  it('hears that a copy arrived when it was back before the call for its end was recorded', async () => {
    await copies.put('cars/1', 'Golf');
    listener.start();
    await listener.idle();
    const gone = Promise.withResolvers<boolean>();
    listener.fails = ({ kind }) => kind === 'gone' && gone.promise;
    await copies.delete('cars/1');
    await eventually(async () => expect(listener.unit.status).toMatchObject({ telling: 'cars/1' }));
    await listener.end();
    gone.resolve(false);
    await copies.put('cars/1', 'Golf');
    listener.start();
    await listener.idle();
    expect(listener.said).toEqual(['arrived cars/1 Golf', 'gone cars/1 -', 'arrived cars/1 Golf']);
  });

  it('hears nothing of copies that went while it was away and for which it was not called', async () => {
    const hung = Promise.withResolvers<boolean>();
    listener.fails = ({ id }) => id === 'cars/1' && hung.promise;
    await copies.putAll(['cars/1', 'cars/2', 'cars/3'], 'Golf');
    listener.start();
    await eventually(async () => expect(listener.unit.status).toMatchObject({ telling: 'cars/1' }));
    await listener.end();
    hung.resolve(true);
    await copies.delete('cars/2');
    listener.fails = () => false;
    listener.start();
    await listener.idle();
    expect(listener.said).toEqual(['arrived cars/1 Golf', 'arrived cars/3 Golf']);
  });

  it('knows nothing of documents that are not copies of its declaration', async () => {
    const own = store.repository<Car>({ collection: 'Cars' }, Car.prototype);
    await own.put('cars/own', { model: 'own' });
    await copies.put('cars/1', 'Golf');
    listener.start();
    await listener.idle();
    await own.delete('cars/own');
    // What this module writes itself is a copy no longer.
    await own.put('cars/1', { model: 'mine' });
    await listener.idle();
    expect(listener.said).toEqual(['arrived cars/1 Golf', 'gone cars/1 -']);
  });

  // In the first, an instance ends between a call and its record, and the copy is changed back before the next one starts.
  it.each([951_646, seed])(
    'believes what is there after any series of changes, failures, generations and ended instances (seed %i)',
    async (series) => {
      let state = series;
      const random = (most: number): number => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * most);
      };
      listener.fails = () => random(5) === 0;
      listener.start();
      for (let step = 0; step < 300; step++) {
        const id = `cars/${random(6)}`;
        const what = random(20);
        if (what === 0) {
          await listener.end();
          listener.start();
        } else if (what === 1) await copies.again();
        else if (what < 6) await copies.delete(id);
        else await copies.put(id, `model ${random(3)}`);
      }
      listener.fails = () => false;
      await listener.idle();
      expect(listener.believes).toEqual(copies.now);
    },
  );
});
