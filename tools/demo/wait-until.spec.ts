import { afterEach, expect, it, jest } from '@jest/globals';
import { Narrator } from './narrate.ts';
import { finalRefusal } from './refusal.ts';
import { HopelessError, waitUntil } from './wait-until.ts';

afterEach(() => void jest.restoreAllMocks());

it('A wait of a demonstration says what it waits for while that takes long, and nothing otherwise', async () => {
  const said: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => void said.push(String(line)));
  await waitUntil('Nothing', async () => true);
  expect(said).toEqual([]);
  await waitUntil('Fleet to be ready', async () => said.length > 1 || 'not yet', { tellEveryMs: 20 });
  expect(said).toEqual([
    '  Waiting   for Fleet to be ready (0 s so far): not yet',
    '  Waiting   for Fleet to be ready (0 s so far): not yet',
  ]);
});

it('A wait in a demonstration shows no more than a line of what it saw', async () => {
  const told: string[] = [];
  const look = async () => told.length > 0 || 'x'.repeat(1_000);
  await waitUntil('Fleet', look, { tellEveryMs: 0, tell: (text) => void told.push(text) });
  expect(told[0]).toMatch(/^for Fleet \(0 s so far\): x{160} …$/);
});

it('A wait of a demonstration ends at once when nothing can come of it, and otherwise says what it saw last', async () => {
  const hopeless = waitUntil('HR', () => Promise.reject(new HopelessError('refused')));
  await expect(hopeless).rejects.toThrow(/^refused$/);
  await expect(waitUntil('HR', async () => 'no answer', { seconds: 0 })).rejects.toThrow(
    'Last seen: no answer',
  );
});

it('A demonstration says nothing more of what it waits for once it is stopped', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const stopping = new AbortController();
  const narrator = new Narrator(stopping.signal);
  const waiting = narrator.wait('HR', async () => (stopping.abort(), 'not yet'), { tellEveryMs: 0 });
  await expect(waiting).rejects.toThrow();
  narrator.say('Waiting', 'for HR');
  expect(log).not.toHaveBeenCalled();
});

it('An owner has refused for good what is a dead letter because of its answer, not because it was away', () => {
  const request = { owner: 'Fleet', state: 'dead', outcome: 'refused', lastError: 'Fleet answered 422' };
  expect(finalRefusal([{ ...request, state: 'retrying' }, request])).toBe('Fleet answered 422');
  expect(finalRefusal([{ ...request, outcome: 'unreachable' }])).toBeNull();
});
