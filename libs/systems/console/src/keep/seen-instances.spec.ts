import { expect, it } from '@jest/globals';
import { SeenInstances } from './seen-instances.ts';

it('Instances that are not heard from any more are forgotten', () => {
  const seen = new SeenInstances();
  expect(seen.count('a', 0)).toBe(1);
  expect(seen.count('b', 100_000)).toBe(2);
  expect(seen.count('b', 200_000)).toBe(1);
  expect(seen.count(null, 900_000)).toBe(0);
});

it('However many names a module gives itself, the newest hundred are kept', () => {
  const seen = new SeenInstances();
  for (let name = 0; name < 1_000; name++) seen.count(String(name), 0);
  expect(seen.count('last', 0)).toBe(100);
});
