import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { taskLabel, type ChangeSet, type ChangeSetHeader } from '@nestjs-spark/contracts';
import {
  encodeChangeSet,
  generationLabel,
  readHeader,
  sealMessage,
  taskSubject,
  type LogPayload,
} from '@nestjs-spark/contracts/internal';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { stores } from '../conformance/adapters/stores.ts';
import type { StoreUnderTest } from '../conformance/adapters/store-under-test.ts';
import { StreamedPair } from '../support/streamed-pair.ts';

jest.setTimeout(180_000);

type Attack = (stage: Stage) => Promise<LogPayload>;

const INJECTED =
  '{"A":1}},{"Id":"people/1","Type":"DELETE","ChangeVector":null},{"Id":"people/2","Type":"PATCH","ChangeVector":null,' +
  '"Patch":{"Script":"this.Salary=1000000","Values":{}}},{"Id":"cars/666","Type":"PUT","ChangeVector":null,"Document":{"@metadata":{"@collection":"Cars"}}';

/** A message with lines in the place of commands. */
const lines =
  (...text: string[]): Attack =>
  async (stage) => ({ ...(await stage.set({})), payload: Buffer.from(text.join('\n')) });
const withHeader =
  (name: string, value: string): Attack =>
  async (stage) => {
    const { headers, payload } = await stage.set({});
    return { headers: { ...headers, [name]: value }, payload };
  };
const saying =
  (change: object): Attack =>
  async (stage) => {
    const { headers, payload } = await stage.set({});
    const said = { ...(JSON.parse(headers['Spark-Set'] ?? '{}') as object), ...change };
    return { headers: { ...headers, 'Spark-Set': JSON.stringify(said) }, payload };
  };

const MALFORMED: Record<string, Attack> = {
  'a line that is not JSON': lines('P\tcars/9\t{'),
  'a command that nobody knows': lines('Z\t"cars/9"\t{}'),
  'a header that is not JSON': withHeader('Spark-Set', '{'),
  'a header that is null': withHeader('Spark-Set', 'null'),
  'no header at all': async () => ({ headers: {}, payload: Buffer.from('hello') }),
  'another format': withHeader('Spark-Format', '2'),
  'another packing': withHeader('Spark-Encoding', 'lzma'),
  'bytes that are not zstd': async (stage) => {
    const { headers } = await stage.set({});
    return { headers: { ...headers, 'Spark-Encoding': 'zstd' }, payload: Buffer.from('xxxx') };
  },
  'bytes that are not UTF-8': async (stage) => ({ ...(await stage.set({})), payload: Buffer.from([0xff]) }),
  'an id that is a number': lines('P\t5\t{}'),
  'a counter of letters': lines('E\t"cars/8"\t{"type":"counters","counters":[{"name":"x","value":"abc"}]}'),
  'an object that is not there': withHeader('spark-object', 'nope'),
  'no witness': saying({ witness: undefined }),
  'etags that are texts': saying({ from: '1', to: 'z' }),
  'a task of somebody else': saying({ task: { owner: 'X', requester: 'Y', name: 'Z' } }),
  'a generation beyond all counting': saying({ generation: 1e308 }),
  'more than a thousand times its size when it is unpacked': async (stage) => {
    const { headers } = await stage.set({});
    const frame = zstdCompressSync(Buffer.alloc(2 ** 26, 'D\t"a"\n'));
    return {
      headers: { ...headers, 'Spark-Encoding': 'zstd' },
      payload: Buffer.concat([frame, frame, frame]),
    };
  },
};

const HARMFUL: Record<string, Attack> = {
  'a put over a document of this module': (stage) => stage.put('people/1', 'Cars'),
  'a put into a collection that the script does not load to': (stage) =>
    stage.put('companies/77', 'Companies'),
  'a key': (stage) => stage.put('sparkKeys/payroll', 'SparkKeys'),
  'a document without the marks of a copy': lines('P\t"cars/77"\t{"@metadata":{"@collection":"Cars"}}'),
  'a copy of a third module’s': (stage) => stage.put('cars/77', 'Cars', 'Payroll/cars/77'),
  'metadata that is there twice': (stage) =>
    stage.put('cars/77', 'Cars', undefined, '"@metadata":{"@collection":"Companies"},'),
  'a text that ends its command early': lines(`P\t"cars/665"\t${INJECTED}`),
  'a text that hides its end in single quotes': lines(
    `P\t"cars/665"\t{"A":'"'}},{"Id":"people/1","Type":"DELETE","ChangeVector":null},{"B":'"'}`,
  ),
  'a document that is a text': lines('P\t"cars/9"\t"text"'),
};

const SWEEPING: Record<string, Attack> = {
  'an etag that no database reaches': (stage) => stage.set({ from: 1, to: 9e15, live: true }),
  'a higher generation that is complete and empty': (stage) =>
    stage.set({ generation: 7, incarnation: 'evil', from: 1, to: 5, live: true }),
  'a much higher generation': (stage) =>
    stage.set({ generation: 2 ** 40, incarnation: 'evil', from: 1, to: 0 }),
};

/** An owner and a requester, and what is tried on the route between them. */
class Stage {
  readonly pair: StreamedPair;
  #cars = 0;

  private constructor(pair: StreamedPair) {
    this.pair = pair;
  }

  static async open(store: StoreUnderTest): Promise<Stage> {
    const script = 'loadToCars({ V: this.V })';
    const stage = new Stage(await StreamedPair.open(store, store, { Cars: script }));
    await stage.pair.requester.put('people/1', 'People', '{"FirstName":"Ada"}');
    await stage.pair.requester.put('people/2', 'People', '{"Salary":1}');
    await stage.makeCar();
    await stage.pair.settle();
    return stage;
  }

  async makeCar(): Promise<void> {
    await this.pair.owner.put(`cars/${++this.#cars}`, 'Cars', `{"V":${this.#cars}}`);
  }

  async header(): Promise<ChangeSetHeader> {
    const header = readHeader(await this.pair.tail('Cars'));
    if (!header) throw new Error('the log does not end with a set');
    return header;
  }

  /** A set that joins the last one, with changes. */
  async set(change: Partial<ChangeSet>): Promise<LogPayload> {
    const header = await eventually(() => this.header());
    const { to } = header;
    return encodeChangeSet({ ...header, from: to + 1, to: to + 1, commands: [], ...change });
  }

  async put(id: string, collection: string, source?: string, before = ''): Promise<LogPayload> {
    const { task, generation, to } = await eventually(() => this.header());
    const metadata = {
      '@collection': collection,
      'spark-source': source ?? `${task.owner}/${id}`,
      'spark-etag': to + 1,
      'spark-generation': generationLabel(taskLabel(task), generation),
    };
    const document = `{${before}"Evil":true,"@metadata":${JSON.stringify(metadata)}}`;
    return this.set({ commands: [{ type: 'put', id, document }] });
  }

  sealed(message: LogPayload): LogPayload {
    const task = this.pair.task('Cars');
    return sealMessage(message, taskSubject(task), this.pair.keys.signerOf(task.owner));
  }

  /** Whatever arrived: the copies are the owner's cars, one more than before, and this module's own documents are as they were. */
  async goesOn(): Promise<void> {
    await this.makeCar();
    const wanted = Array.from({ length: this.#cars }, (_, n) => [`cars/${n + 1}`, { V: n + 1 }]);
    await eventually(async () => {
      const copies = await this.pair.copies('Cars');
      const there = copies.map(({ id, fields }) => [id, fields] as const);
      expect(there.toSorted(([one], [other]) => number(one) - number(other))).toEqual(wanted);
      expect(this.pair.report('Cars')).toMatchObject({ state: 'Streaming', complete: true });
    });
    const { requester } = this.pair;
    expect(JSON.parse((await requester.text('people/1')) ?? '{}')).toMatchObject({ FirstName: 'Ada' });
    expect(JSON.parse((await requester.text('people/2')) ?? '{}')).toMatchObject({ Salary: 1 });
    const ids = await Promise.all(
      ['cars/', 'companies/', 'sparkKeys/', 'people/'].map((one) => requester.ids(one)),
    );
    expect(ids.flat()).toHaveLength(this.#cars + 2);
  }
}

function number(id: string): number {
  return Number(id.split('/')[1]);
}

for (const store of stores) {
  describeWithServers([...store.needs, 'nats'], `A copy on ${store.name}`, () => {
    let stage: Stage;

    beforeAll(async () => {
      stage = await Stage.open(store);
    });
    afterAll(() => stage?.pair.drop());

    describe('into whose log somebody else on the bus writes', () => {
      it.each(Object.entries({ ...MALFORMED, ...HARMFUL, ...SWEEPING }))(
        'takes nothing of it, and goes on in the same generation: %s',
        async (_, attack) => {
          const { generation } = await stage.header();
          const message = await attack(stage);
          await stage.pair.intrude('Cars', message);
          await stage.goesOn();
          expect((await stage.header()).generation).toBe(generation);
        },
      );

      it('does so when it is a flood that fills the log', async () => {
        const { generation } = await stage.header();
        const { headers } = await stage.set({});
        const payload = randomBytes(900_000);
        let stored = 0;
        while (
          await stage.pair.intrude('Cars', { headers, payload }).then(
            () => true,
            () => false,
          )
        ) {
          if (++stored === 40) break;
        }
        await stage.goesOn();
        expect((await stage.header()).generation).toBe(generation);
      });

      it('does so when everything that the owner ever sent comes once more, in any order', async () => {
        const heard: LogPayload[] = [];
        for (let n = 0; n < 5; n++) {
          await stage.goesOn();
          const tail = await stage.pair.tail('Cars');
          if (tail?.payload) heard.push({ headers: tail.headers, payload: tail.payload });
        }
        for (const message of heard.toReversed()) {
          await stage.pair.intrude('Cars', message);
          await stage.goesOn();
        }
      });
    });

    describe('whose owner signs what it should not send', () => {
      it.each(Object.entries({ ...MALFORMED, ...HARMFUL }))(
        'takes nothing of it, and goes on with what is right: %s',
        async (_, attack) => {
          await stage.pair.intrude('Cars', stage.sealed(await attack(stage)));
          // Where it said that its etag is passed, only the owner's documents tell what is missing.
          await stage.pair.resync('Cars');
          await stage.goesOn();
        },
      );
    });
  });
}
