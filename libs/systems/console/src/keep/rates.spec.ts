import { expect, it } from '@jest/globals';
import { Rates } from './rates.ts';

it('The rate is that of the last seconds, and begins again when figures begin again', () => {
  const rates = new Rates();
  for (let second = 0; second <= 10; second++)
    rates.note('a', { at: second * 1_000, count: second * 50, behindMs: 0 });
  expect(rates.rateOf('a')).toBe(50);
  rates.note('a', { at: 11_000, count: 3, behindMs: null });
  expect(rates.rateOf('a')).toBe(0);
  expect(rates.rateOf('unknown')).toBe(0);
});

it('A clock that is set back begins the plot again, instead of ending it for as long', () => {
  const rates = new Rates();
  const since = (hours: number, second: number): number => hours * 3_600_000 + second * 1_000;
  for (let second = 0; second <= 100; second++)
    rates.note('a', { at: since(2, second), count: second * 50, behindMs: 0 });
  const after = [...Array(11).keys()].map((second) => since(1, second));
  for (const [second, at] of after.entries())
    rates.note('a', { at, count: 5_000 + second * 20, behindMs: 0 });
  expect(rates.rateOf('a')).toBe(20);
  expect(rates.samplesOf('a').map(({ at }) => at)).toEqual(after);
});

it('Three minutes are kept by the second and fifteen by ten, whatever comes', () => {
  const rates = new Rates();
  for (let second = 0; second < 3_000; second++)
    rates.note('a', { at: second * 1_000, count: second, behindMs: second });
  const samples = rates.samplesOf('a');
  expect(samples.length).toBeLessThanOrEqual(270);
  expect((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)).toBeGreaterThan(800_000);
  rates.keepOnly(new Set());
  expect(rates.samplesOf('a')).toEqual([]);
});
