import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import {
  CONTENTS_HEADER,
  LogConflictError,
  LogFullError,
  type LogMessage,
  type LogPayload,
  type LogPlace,
  type LogStream,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { LOG_LIMIT, type LogUnderTest, type OpenLog } from './adapters/bus-under-test.ts';

const message = (text: string): LogPayload => ({
  headers: { note: `about ${text}` },
  payload: new TextEncoder().encode(text),
});

const textOf = (one: LogMessage | null | undefined): string | null =>
  one?.payload ? new TextDecoder().decode(one.payload) : null;

async function* parts(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(size % 251);
}

export function changeLogConformance(adapter: LogUnderTest): void {
  describe(`ChangeLog of ${adapter.name}`, () => {
    let open: OpenLog;
    let stream: LogStream;
    let log: TaskLog;
    let number = 0;
    const place = (): LogPlace => ({
      stream: stream.name,
      subject: stream.subjects.replace('>', String(++number)),
    });

    beforeAll(async () => {
      const id = randomUUID().slice(0, 8);
      stream = { name: `CONFORMANCE_${id}`, subjects: `conformance.${id}.>`, description: 'A suite' };
      open = await adapter.open();
      await open.logs.provision(stream);
    });
    beforeEach(() => {
      log = open.logs.open(place());
    });
    afterAll(() => open.drop([stream.name]));

    const append = async (...texts: string[]): Promise<number[]> => {
      const sequences: number[] = [];
      for (const text of texts) sequences.push(await log.append(message(text), sequences.at(-1) ?? 0));
      return sequences;
    };
    const readOf = async (from: number, count: number): Promise<LogMessage[]> => {
      const stop = new AbortController();
      const found: LogMessage[] = [];
      for await (const one of log.read(from, stop.signal)) {
        found.push(one);
        if (found.length === count) stop.abort();
      }
      return found;
    };

    it('says that it is unavailable when nobody answers', async () => {
      const away = await adapter.unreachable();
      const nobody = away.logs.open(place());
      await expect(away.logs.provision(stream)).rejects.toThrow(UnavailableError);
      await expect(nobody.describe()).rejects.toThrow(UnavailableError);
      await expect(nobody.tail()).rejects.toThrow(UnavailableError);
      await expect(nobody.append(message('a'), 0)).rejects.toThrow(UnavailableError);
      await away.drop([]);
    });

    it('of a stream that nobody has made is not there, and takes nothing', async () => {
      const nowhere = open.logs.open({ stream: 'CONFORMANCE_NOWHERE', subject: 'conformance.nowhere.a' });
      expect(await nowhere.describe()).toBeNull();
      expect(await nowhere.tail()).toBeNull();
      await expect(nowhere.append(message('a'), 0)).rejects.toThrow(UnavailableError);
      const reading = nowhere.read(1, new AbortController().signal)[Symbol.asyncIterator]();
      await expect(reading.next()).rejects.toThrow(UnavailableError);
    });

    it('gives back its last message as it was appended, even where it was opened twice', async () => {
      expect(await log.tail()).toBeNull();
      const at = place();
      const [one, other] = [open.logs.open(at), open.logs.open(at)];
      const sequence = await one.append(message('Zoë'), 0);
      expect(await other.tail()).toEqual({ ...message('Zoë'), sequence });
    });

    it('keeps what nobody can change afterwards', async () => {
      const sent = message('own');
      await log.append(sent, 0);
      sent.payload.fill(0);
      sent.headers['note'] = 'changed';
      expect(textOf(await log.tail())).toBe('own');
      expect((await log.tail())?.headers).toEqual({ note: 'about own' });
    });

    it('fences a writer that does not know its last message, and stores nothing of it', async () => {
      const first = await log.append(message('a'), 0);
      await expect(log.append(message('late'), 0)).rejects.toThrow(LogConflictError);
      const second = await log.append(message('b'), first);
      for (const stale of [0, first, second + 1])
        await expect(log.append(message('late'), stale)).rejects.toThrow(LogConflictError);
      expect((await readOf(1, 2)).map(textOf)).toEqual(['a', 'b']);
    });

    it('lets one of two writers through that know the same', async () => {
      const [first = 0] = await append('a');
      const results = await Promise.allSettled(['b', 'c'].map((text) => log.append(message(text), first)));
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    it('shares its sequences with the others of its stream, and nothing else', async () => {
      const other = open.logs.open(place());
      const [first = 0] = await append('a');
      const between = await other.append(message('not mine'), 0);
      const second = await log.append(message('b'), first);
      expect(first).toBeLessThan(between);
      expect(between).toBeLessThan(second);
      expect((await readOf(1, 2)).map(textOf)).toEqual(['a', 'b']);
      expect(textOf(await other.tail())).toBe('not mine');
      expect(await other.describe()).toEqual(await log.describe());
      expect((await log.describe())?.lastSequence).toBe(second);
    });

    it('is described by when its stream was made, which making it once more does not change', async () => {
      const before = await log.describe();
      await open.logs.provision(stream);
      await append('a');
      const after = await log.describe();
      expect(after?.created).toBe(before?.created);
      expect(after?.lastSequence).toBeGreaterThan(before?.lastSequence ?? Infinity);
    });

    it('is read from a sequence on, in order, with what comes later, until it is aborted', async () => {
      const [first = 0, second = 0] = await append('a', 'b');
      const stop = new AbortController();
      const seen: (string | null)[] = [];
      const reading = (async () => {
        for await (const one of log.read(first + 1, stop.signal)) seen.push(textOf(one));
      })();
      await eventually(() => expect(seen).toEqual(['b']));
      await log.append(message('c'), second);
      await eventually(() => expect(seen).toEqual(['b', 'c']));
      stop.abort();
      await reading;
    });

    it('is full at its bound until something is trimmed, and another one is not', async () => {
      const texts = Array.from({ length: LOG_LIMIT }, (_, at) => String(at));
      const sequences = await append(...texts);
      const last = sequences.at(-1) ?? 0;
      await expect(log.append(message('more'), last)).rejects.toThrow(LogFullError);
      await open.logs.open(place()).append(message('free'), 0);
      await log.trim(sequences[1] ?? 0);
      await log.append(message('more'), last);
      expect((await readOf(1, LOG_LIMIT)).map(textOf)).toEqual([...texts.slice(1), 'more']);
    });

    it('keeps its last message whatever is trimmed', async () => {
      await log.trim(10);
      const [, second = 0] = await append('a', 'b');
      await log.trim(second + 1_000_000);
      expect(await log.tail()).toEqual({ ...message('b'), sequence: second });
      await log.append(message('c'), second);
      expect((await readOf(1, 2)).map(textOf)).toEqual(['b', 'c']);
    });

    it('carries messages over the bound of one', async () => {
      const payload = new Uint8Array(open.maxPayload * 2 + 1).fill(7);
      const first = await log.append({ headers: { a: 'b' }, payload }, 0);
      await expect(log.append({ headers: {}, payload }, 0)).rejects.toThrow(LogConflictError);
      const tail = await log.tail();
      expect([tail?.sequence, tail?.headers, tail?.payload?.length]).toEqual([
        first,
        { a: 'b' },
        payload.length,
      ]);
      const [read] = await readOf(1, 1);
      expect(Buffer.compare(read?.payload ?? new Uint8Array(), payload)).toBe(0);
    });

    it('keeps contents as long as their message, and those of no message until the next trim', async () => {
      const stored: string[] = [];
      let sequence = 0;
      for (const size of [10, 0, 300_000]) {
        const bundle = log.contents(sequence);
        stored.push(await bundle.store(parts(size)));
        sequence = await log.append(
          { headers: { [CONTENTS_HEADER]: bundle.name }, payload: new Uint8Array() },
          sequence,
        );
      }
      const abandoned = await log.contents(0).store(parts(3));
      const lengthOf = async (name: string): Promise<number | null> => {
        const content = await log.openContent(name);
        return content && Buffer.concat(await Array.fromAsync(content)).length;
      };
      expect(await Promise.all([...stored, abandoned].map(lengthOf))).toEqual([10, 0, 300_000, 3]);
      await log.trim(sequence);
      expect(await Promise.all([...stored, abandoned].map(lengthOf))).toEqual([null, null, 300_000, null]);
      expect(await log.openContent('never stored')).toBeNull();
    });
  });
}
