import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { MemoryState } from '@nestjs-spark/testing';
import { eventOf, KEY } from '../fixtures/store.conformance.ts';
import { StateJournal } from './state-journal.ts';

describe('a journal in a store for state', () => {
  it('is read again after the store could not answer', async () => {
    const state = new MemoryState();
    await new StateJournal(state).append(KEY, [eventOf(KEY, 'one')], 0);
    const journal = new StateJournal(state);
    state.away = true;
    await expect(journal.load(KEY)).rejects.toThrow(UnavailableError);
    state.away = false;
    expect(await journal.last()).toBe(1);
  });
});
