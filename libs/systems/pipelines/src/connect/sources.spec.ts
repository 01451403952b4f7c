import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KafkaTopics, KafkaTransactions } from '@nestjs-spark/kafka/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import type { Position } from '../batch/batch.ts';
import { filesOf } from './file/file-mark.ts';
import { FileSink } from './file/file-sink.ts';
import { FileSource } from './file/file-source.ts';
import { FilesFolder } from './file/files-folder.ts';
import { GenerateSource } from './generate-source.ts';
import { FIRST_CLAIM } from '../fixtures/first-claim.ts';
import { KafkaSource } from './kafka/kafka-source.ts';
import { RunFailedError, type Source } from './ports.ts';

const COUNT = 23;
const LIMITS = { maxRecords: 5, maxBytes: 1_000_000, maxWaitMs: 200 };
const MOST_BYTES = 1_000_000;
const never = new AbortController().signal;

interface SourceBench {
  /** One of its own, as another process would have it, over `COUNT` records. */
  source(): Source;
  end(): Promise<void>;
}

describe('a generate source', () =>
  keeps(async () => ({ source: () => new GenerateSource({ count: COUNT }), end: async () => {} })));

describe('a file source', () =>
  keeps(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-source-'));
    const lines = Array.from({ length: COUNT }, (_, n) => `{"id":${n + 1}}\n`);
    writeFileSync(join(folder, 'in.ndjson'), lines.join(''));
    return {
      source: () => new FileSource(new FilesFolder(folder), 'in.ndjson'),
      end: async () => rmSync(folder, { recursive: true }),
    };
  }));

describe('files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-files-'));
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in', 'a.ndjson'), '{"id":1}\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const plan = (path: string) => new FileSource(new FilesFolder(folder), path).plan({}, LIMITS, never);

  it('are read without the folders beside them', async () => {
    mkdirSync(join(folder, 'in', 'older'));
    expect(filesOf((await plan('in/*')).to)).toEqual(['in/a.ndjson']);
    await expect(plan('in')).rejects.toThrow('No file matches');
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'may be called what every object has: %s',
    async (name) => {
      writeFileSync(join(folder, name), '{"id":1}\n{"id":2}\n');
      const source = new FileSource(new FilesFolder(folder), name);
      const { to } = await source.plan({}, { ...LIMITS, maxRecords: 1 }, never);
      const end = await source.plan(to, LIMITS, never);
      const read = [await source.read({}, to), await source.read(to, end.to)];
      expect(read.flat().map(({ text }) => text)).toEqual(['{"id":1}', '{"id":2}']);
    },
  );

  it.each([
    ['a folder', 'in', 'points to a folder'],
    ['nothing', 'nowhere', 'is gone'],
    ['themselves', 'link', 'points back to itself'],
    ['a pipe that nobody writes to', 'pipe', 'does not point to a file'],
  ])('that are links to %s fail the pipeline: waiting would not help', async (_what, to, reason) => {
    if (to === 'pipe') execFileSync('mkfifo', [join(folder, to)]);
    symlinkSync(join(folder, to), join(folder, 'link'));
    await expect(plan('link')).rejects.toThrow(RunFailedError);
    await expect(plan('link')).rejects.toThrow(reason);
  });

  it.each(['in/a.ndjson', 'in/a.ndjson/below', 'link', 'x'.repeat(300)])(
    'are not written where no folder can be, which fails the pipeline: %s',
    async (path) => {
      symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
      const opening = new FileSink(new FilesFolder(folder), path).open(FIRST_CLAIM);
      await expect(opening).rejects.toThrow(RunFailedError);
      await expect(opening).rejects.toThrow('choose another folder');
    },
  );
});

describe('a file source that follows', () => {
  it('reads what is appended and added, each line once it is whole, and stops waiting when it is told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-source-'));
    const { signal } = new AbortController();
    const source = new FileSource(new FilesFolder(folder), '*.ndjson', { follow: true });
    let at: Position = {};
    const next = async (): Promise<string[]> => {
      const { to, isEnd } = await source.plan(at, LIMITS, signal);
      expect(isEnd).toBe(false);
      const records = await source.read(at, to);
      at = to;
      return records.map(({ text }) => text);
    };
    try {
      expect(await next()).toEqual([]);
      const file = join(folder, 'a.ndjson');
      writeFileSync(file, '{"id":1}\n{"id":');
      expect(await next()).toEqual(['{"id":1}']);
      expect(await next()).toEqual([]);
      appendFileSync(file, '2}\n');
      writeFileSync(join(folder, 'b.ndjson'), '{"id":3}\n');
      expect([...(await next()), ...(await next())]).toEqual(['{"id":2}', '{"id":3}']);
      const told = new AbortController();
      const waiting = source.plan(at, LIMITS, told.signal);
      told.abort();
      await expect(waiting).rejects.toThrow('aborted');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describeWithServers(['kafka'], 'a kafka source', () => {
  keeps(async () => {
    const bench = await kafkaTopic(3);
    await bench.write(Array.from({ length: COUNT }, (_, n) => n + 1));
    return { source: bench.source, end: bench.end };
  });

  it('has nothing of transactions that were taken back, wherever an answer ends', async () => {
    const bench = await kafkaTopic(1);
    await bench.write([1, 2]);
    for (const id of [100, 101]) await bench.abort([id]);
    await bench.write([3]);
    await bench.abort([102]);
    await bench.write([4]);
    expect(await idsOf(bench.source(), 4)).toEqual([1, 2, 3, 4]);
    await bench.end();
  });

  it('waits for its first message as long as it is told to, has it when it comes, and stops waiting when it is told to', async () => {
    const bench = await kafkaTopic(1);
    const source = bench.source();
    const from = await source.begin(never);
    const patient = { ...LIMITS, idleMs: 600_000 };
    const waiting = source.plan(from, patient, never);
    await bench.write([1]);
    const { to } = await waiting;
    expect((await source.read(from, to, never)).map(({ text }) => text)).toEqual(['{"id":1}']);
    const told = new AbortController();
    const { to: after } = await source.plan(to, LIMITS, never);
    const idle = source.plan(after, patient, told.signal);
    told.abort();
    await expect(idle).rejects.toThrow('aborted');
    await source.close();
    await bench.end();
  });

  it('has nothing after a range that ends where there is no message', async () => {
    const bench = await kafkaTopic(1);
    // The mark of each transaction takes an offset.
    for (const id of [1, 2]) await bench.write([id]);
    const source = bench.source();
    const from = await source.begin(never);
    const to = Object.fromEntries(Object.keys(from).map((partition) => [partition, 2]));
    expect((await source.read(from, to, never)).map(({ text }) => text)).toEqual(['{"id":1}']);
    await source.close();
    await bench.end();
  });

  it('fails where its topic was made again, and where there is none', async () => {
    const bench = await kafkaTopic(1);
    const source = bench.source();
    const begin = await source.begin(never);
    await source.close();
    await bench.again();
    const other = bench.source();
    await expect(other.plan(begin, LIMITS, never)).rejects.toThrow(/removed and created again/);
    await other.close();
    await bench.end();
    const missing = bench.source();
    await expect(missing.begin(never)).rejects.toThrow(RunFailedError);
    await missing.close();
  });

  it('begins after what is there where that is asked for, and keeps that beginning', async () => {
    const bench = await kafkaTopic(2);
    await bench.write([1, 2, 3]);
    const first = bench.source('latest');
    const begin = await first.begin(never);
    await first.close();
    await bench.write([4, 5]);
    expect(await idsOf(bench.source('latest'), 2, begin)).toEqual([4, 5]);
    await bench.end();
  });
});

/** What every source keeps. */
function keeps(prepare: () => Promise<SourceBench>): void {
  let bench: SourceBench;
  let sources: Source[] = [];
  const open = () => {
    const source = bench.source();
    sources.push(source);
    return source;
  };
  beforeAll(async () => void (bench = await prepare()));
  afterEach(async () => {
    for (const source of sources) await source.close();
    sources = [];
  });
  afterAll(() => bench.end());

  async function ranges(source: Source): Promise<{ from: Position; to: Position; texts: string[] }[]> {
    const found = [];
    let from = await source.begin(never);
    for (let read = 0; read < COUNT;) {
      const { to } = await source.plan(from, LIMITS, never);
      const texts = (await source.read(from, to, never)).map(({ text }) => text);
      if (texts.length > 0) found.push({ from, to, texts });
      read += texts.length;
      from = to;
    }
    return found;
  }

  it('has every record once, in batches that are no larger than asked for', async () => {
    const found = await ranges(open());
    const ids = found.flatMap(({ texts }) => texts.map((text) => (JSON.parse(text) as { id: number }).id));
    expect(ids.toSorted((one, other) => one - other)).toEqual(Array.from({ length: COUNT }, (_, n) => n + 1));
    expect(Math.max(...found.map(({ texts }) => texts.length))).toBeLessThanOrEqual(LIMITS.maxRecords);
  });

  it('has the same records in the same range, even for another process and in another order', async () => {
    const found = await ranges(open());
    const other = open();
    for (const { from, to, texts } of found.toReversed())
      expect((await other.read(from, to, never)).map(({ text }) => text)).toEqual(texts);
  });

  it('goes on from any position', async () => {
    const found = await ranges(open());
    const last = found.at(-1)!;
    const { to } = await open().plan(last.from, LIMITS, never);
    expect(to).toEqual(last.to);
  });
}

async function idsOf(source: Source, count: number, at?: Position): Promise<number[]> {
  const ids: number[] = [];
  let from = at ?? (await source.begin(never));
  while (ids.length < count) {
    const { to } = await source.plan(from, LIMITS, never);
    for (const { text } of await source.read(from, to, never))
      ids.push((JSON.parse(text) as { id: number }).id);
    from = to;
  }
  // Nothing comes after them either.
  expect((await source.plan(from, LIMITS, never)).lag ?? 0).toBe(0);
  await source.close();
  return ids.toSorted((one, other) => one - other);
}

async function kafkaTopic(partitions: number) {
  const address = { brokers: [testServers().kafkaBrokers] };
  const topic = `source_${randomUUID().slice(0, 8)}`;
  const topics = new KafkaTopics(address, 'spec');
  await topics.ensure(topic, { partitions });
  const messages = (ids: readonly number[]) =>
    ids.map((id) => ({ topic, key: Buffer.from(String(id)), value: Buffer.from(JSON.stringify({ id })) }));
  const name = `spec.${topic}`;
  return {
    source: (start?: string): Source => new KafkaSource(address, { topic, start }, topic),
    async write(ids: readonly number[]) {
      const transactions = new KafkaTransactions(address, 'spec', name);
      await transactions.open();
      await transactions.write(messages(ids), MOST_BYTES);
      await transactions.close();
    },
    /** Sends them, and leaves them to be taken back by whoever opens the id next. */
    async abort(ids: readonly number[]) {
      const transactions = new KafkaTransactions(address, 'spec', name);
      await transactions.open();
      await transactions.leaveOpen(messages(ids));
      await transactions.close();
    },
    async again() {
      await topics.remove(topic);
      await topics.ensure(topic, { partitions });
    },
    async end() {
      await topics.remove(topic).catch(() => undefined);
      await topics.close();
    },
  };
}
