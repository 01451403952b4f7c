import { afterEach, expect, it, jest } from '@jest/globals';
import { waitUntil } from './wait-until.ts';

afterEach(() => void jest.restoreAllMocks());

it('A wait of a demonstration says what it waits for while that takes long, and nothing otherwise', async () => {
  const said: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => void said.push(String(line)));
  await waitUntil('Nothing', async () => true);
  expect(said).toEqual([]);
  await waitUntil('Fleet to be ready', async () => said.length > 1 || 'not yet', { tellEveryMs: 20 });
  expect(said).toEqual([
    '  Waiting   for Fleet to be ready (0 s so far)',
    '  Waiting   for Fleet to be ready (0 s so far)',
  ]);
});
