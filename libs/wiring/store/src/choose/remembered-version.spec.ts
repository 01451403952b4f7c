import { expect, it } from '@jest/globals';
import { RememberedVersion } from './remembered-version.ts';

it('The version of a store is asked for when it is wanted, once, and again after a minute', async () => {
  let now = 0;
  let asked = 0;
  const version = new RememberedVersion(
    async () => `7.${++asked}`,
    () => now,
  );
  expect(asked).toBe(0);
  expect(await Promise.all([version.look(), version.look()])).toEqual(['7.1', '7.1']);
  now = 59_999;
  expect(await version.look()).toBe('7.1');
  now = 60_000;
  expect(await version.look()).toBe('7.2');
});

it('A store that is away has no version until it answers, and keeps the one that it told', async () => {
  let now = 0;
  let away = true;
  const version = new RememberedVersion(
    async () => {
      if (away) throw new Error('away');
      return '7.1';
    },
    () => now,
  );
  expect(await version.look()).toBeNull();
  away = false;
  expect(await version.look()).toBe('7.1');
  away = true;
  now = 60_000;
  expect(await version.look()).toBe('7.1');
});
