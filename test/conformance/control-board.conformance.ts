import { isObject, isObjectOf, isWhole } from '@nestjs-spark/foundation/internal';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { ControlBoard } from '@nestjs-spark/contracts/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import type { BoardUnderTest, OpenBoard } from './adapters/board-under-test.ts';

export function controlBoardConformance(adapter: BoardUnderTest): void {
  describe(`ControlBoard of ${adapter.name}`, () => {
    let open: OpenBoard;
    let board: ControlBoard;
    let root: string;

    beforeAll(async () => {
      open = await adapter.open();
      board = open.board();
      root = `spark.control.conformance.${randomUUID().slice(0, 8)}`;
    });
    afterAll(() => open.drop());

    /** Watches in the background; `seen` grows as values come. */
    function watching(subjects: string) {
      const stop = new AbortController();
      const seen: [string, unknown][] = [];
      const ended = (async () => {
        for await (const { subject, value } of board.watch(subjects, isObject, stop.signal))
          seen.push([subject, value]);
      })();
      return { seen, stop: () => (stop.abort(), ended) };
    }

    it('says that it is unavailable when nobody answers', async () => {
      const away = await adapter.unreachable();
      await expect(away.board().publish(`${root}.away`, {})).rejects.toThrow(UnavailableError);
      await expect(away.board().last(`${root}.away`, isObject)).rejects.toThrow(UnavailableError);
      await away.drop();
    });

    it('keeps the last value of each subject', async () => {
      await board.publish(`${root}.last.a`, { n: 1 });
      await board.publish(`${root}.last.a`, { n: 2, text: 'Zoë', nothing: null });
      await board.publish(`${root}.last.b`, { n: 3 });
      expect(await board.last(`${root}.last.a`, isObject)).toEqual({ n: 2, text: 'Zoë', nothing: null });
      expect(await board.last(`${root}.last.b`, isObject)).toEqual({ n: 3 });
      expect(await board.last(`${root}.last.c`, isObject)).toBeNull();
    });

    it('gives a value that nobody can change afterwards', async () => {
      const value = { list: [1] };
      await board.publish(`${root}.own`, value);
      value.list.push(2);
      expect(await board.last(`${root}.own`, isObject)).toEqual({ list: [1] });
    });

    it('tells a watcher the last value of each matching subject, then each new one, in order', async () => {
      await board.publish(`${root}.watch.a`, { n: 1 });
      await board.publish(`${root}.watch.a`, { n: 2 });
      await board.publish(`${root}.other`, { n: 0 });
      const watcher = watching(`${root}.watch.>`);
      await eventually(() => expect(watcher.seen).toEqual([[`${root}.watch.a`, { n: 2 }]]));
      for (const n of [3, 4, 5]) {
        await board.publish(`${root}.watch.b`, { n });
        // A value that the next one replaces before it is told need not be told.
        await eventually(() => expect(watcher.seen.at(-1)).toEqual([`${root}.watch.b`, { n }]));
      }
      await eventually(() =>
        expect(watcher.seen.slice(1)).toEqual([3, 4, 5].map((n) => [`${root}.watch.b`, { n }])),
      );
      await watcher.stop();
    });

    it('passes over what is not of the form that is asked for, and goes on', async () => {
      const isNumbered = isObjectOf({ n: isWhole });
      const stop = new AbortController();
      const seen: number[] = [];
      const ended = (async () => {
        for await (const { value } of board.watch(`${root}.odd.>`, isNumbered, stop.signal))
          seen.push(value.n);
      })();
      await board.publish(`${root}.odd.a`, { n: 'one' });
      expect(await board.last(`${root}.odd.a`, isNumbered)).toBeNull();
      await board.publish(`${root}.odd.b`, [1]);
      await board.publish(`${root}.odd.c`, { n: 3 });
      await eventually(() => expect(seen).toEqual([3]));
      stop.abort();
      await ended;
    });

    it('ends a watch when it is told to, and tells every watcher on its own', async () => {
      const [one, other] = [watching(`${root}.two.>`), watching(`${root}.two.>`)];
      await board.publish(`${root}.two.a`, { n: 1 });
      await eventually(() => expect([one.seen.length, other.seen.length]).toEqual([1, 1]));
      await one.stop();
      await board.publish(`${root}.two.a`, { n: 2 });
      await eventually(() => expect(other.seen).toHaveLength(2));
      await other.stop();
      expect(one.seen).toHaveLength(1);
    });
  });
}
