import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { OPERATOR } from '@nestjs-spark/auth/internal';
import type { PipelinesNode } from '../own/pipelines-node.ts';
import { PipelinesFeed } from './pipelines-feed.ts';

const KEY = { tenant: 'default', pipelineId: 'a' };
const event = (position: number) => ({
  position,
  event: { type: 'PipelineStarted', ...KEY, at: '2026-11-27T10:00:00Z', epoch: 1, data: {} },
});

/** A cluster with three events in its journal, and no batches. */
function feed() {
  const journal = {
    last: async () => 3,
    follow: async function* (after: number, signal: AbortSignal) {
      for (const position of [1, 2, 3]) if (position > after) yield event(position);
      await once(signal, 'abort').catch(() => undefined);
    },
  };
  const lanes = {
    lastBatch: async () => 0,
    follow: async function* (_: unknown, signal: AbortSignal) {
      await once(signal, 'abort').catch(() => undefined);
      yield* [];
    },
  };
  return new PipelinesFeed({ store: { journal, lanes } } as unknown as PipelinesNode);
}

it.each([
  [1, 0, 2],
  [0, 0, 1],
  [500, 900, 1],
])(
  'A reader gets what follows its position, or all of a store that has started over: after %d',
  async (journal, batches, next) => {
    const end = new AbortController();
    for await (const { sequence } of feed().events(
      { key: KEY, after: { journal, batches } },
      OPERATOR,
      end.signal,
    )) {
      expect(sequence).toBe(next);
      break;
    }
    end.abort();
  },
);
