import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing';
import { EMPTY, type PipelineStatus } from '../aggregate/state.ts';
import { shardOf } from '../shard/shard-of.ts';
import { LeftLetters } from '../store/left-letters.ts';
import { type Letter, Letters } from '../store/letters.ts';
import { toOpen } from './to-open.ts';

const letter: Letter = {
  letterId: '1-a-0',
  generation: 1,
  partition: 'a',
  offset: 0,
  step: 'source',
  reason: 'It is not JSON',
  record: '{',
  at: '2026-01-01T00:00:00.000Z',
};

class CountedState extends MemoryState {
  pages = 0;

  override page<T extends object>(prefix: string, skip: number, take: number) {
    this.pages++;
    return super.page<T>(prefix, skip, take);
  }
}

const keyOf = (pipelineId: string) => ({ tenant: 'default', pipelineId });
const SHARD = shardOf('default', 'pipeline-0');
/** Pipelines of one shard. */
const [gone, left, runs] = Array.from({ length: 5_000 }, (_, at) => `pipeline-${at}`)
  .filter((id) => shardOf('default', id) === SHARD)
  .map(keyOf);

describe('what the new owner of a shard opens', () => {
  let state: CountedState;
  let origin: string;
  /** Where the journal has the last event of each. */
  let positions: { gone: number; left: number };
  const opened = async (shard = SHARD) => {
    if (!gone || !left || !runs) throw new Error('the shard has too few pipelines');
    const listed = [gone, left, runs].map((key) => {
      const status: PipelineStatus = key === runs ? 'Running' : 'Deleted';
      const position = key === gone ? positions.gone : key === left ? positions.left : 9;
      return { key, state: { ...EMPTY, status }, position };
    });
    const ids: string[] = [];
    const store = { letters: state, journal: { origin: async () => origin } };
    for await (const { pipelineId } of toOpen(shard, listed, store)) ids.push(pipelineId);
    return ids;
  };
  const leave = () => new Letters(state, left ?? keyOf('')).keep([letter]);
  const settle = () => new LeftLetters(state, SHARD).settle(left ?? keyOf(''));

  beforeEach(() => {
    state = new CountedState();
    origin = 'first';
    positions = { gone: 1, left: 2 };
  });

  it('are pipelines, then deleted ones with letters left, including those of an earlier version', async () => {
    await leave();
    expect(await opened()).toEqual([runs?.pipelineId, left?.pipelineId]);
    expect(await opened(SHARD + 1)).toEqual([]);
  });

  it('is known without counting the letters of each deleted one again', async () => {
    await leave();
    await opened();
    state.pages = 0;
    expect(await opened()).toEqual([runs?.pipelineId, left?.pipelineId]);
    await settle();
    expect(await opened()).toEqual([runs?.pipelineId]);
    expect(state.pages).toBe(0);
  });

  it('includes one that a process of an earlier version deleted while new ones ran, without a note', async () => {
    positions = { gone: 1, left: 0 };
    expect(await opened()).toEqual([runs?.pipelineId]);
    await leave();
    positions = { gone: 1, left: 7 };
    expect(await opened()).toEqual([runs?.pipelineId, left?.pipelineId]);
    expect(state.pages).toBe(2);
  });

  it('is asked for again when another journal has replaced a lost one: its positions are its own', async () => {
    positions = { gone: 8, left: 9 };
    expect(await opened()).toEqual([runs?.pipelineId]);
    await leave();
    [origin, positions] = ['second', { gone: 1, left: 2 }];
    expect(await opened()).toEqual([runs?.pipelineId, left?.pipelineId]);
  });

  it('are pipelines alone while letters cannot be read: the next owner asks again', async () => {
    const { read } = state;
    state.read = () => Promise.reject(new Error('away'));
    expect(await opened()).toEqual([runs?.pipelineId]);
    state.read = read;
    await leave();
    expect(await opened()).toEqual([runs?.pipelineId, left?.pipelineId]);
  });
});
