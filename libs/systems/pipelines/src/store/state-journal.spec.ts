import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { MemoryState } from '@nestjs-spark/testing';
import type { PipelineEvent } from '../aggregate/events.ts';
import { StateJournal } from './state-journal.ts';

const KEY = { tenant: 'default', pipelineId: 'adults' };
const STARTED: PipelineEvent = {
  type: 'PipelineStarted',
  v: 1,
  ...KEY,
  at: '2026-01-01T00:00:00.000Z',
  by: 'one',
  commandId: null,
  fingerprint: '',
  epoch: 1,
  data: {},
};

describe('a journal in a store for state', () => {
  it('is read again after the store could not answer', async () => {
    const state = new MemoryState();
    await new StateJournal(state).append(KEY, [STARTED], 0);
    const journal = new StateJournal(state);
    state.away = true;
    await expect(journal.load(KEY)).rejects.toThrow(UnavailableError);
    state.away = false;
    expect(await journal.last()).toBe(1);
  });
});
