import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { Deliveries } from './deliveries.ts';

const never = new AbortController().signal;

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('Deliveries that come and go leave nothing behind at one that takes long', async () => {
  const deliveries = new Deliveries();
  const long = Promise.withResolvers<void>();
  deliveries.add('long', long.promise);
  const pass = async (count: number) => {
    for (let n = 0; n < count; n++) {
      deliveries.add(`short.${n}`, Promise.resolve());
      await deliveries.fewerThan(2, never);
    }
  };
  await pass(1_000);
  const before = heapUsed();
  await pass(100_000);
  expect(heapUsed() - before).toBeLessThan(2_000_000);
  expect(deliveries.subjects()).toEqual(['long']);
  long.resolve();
  await deliveries.ended();
  await deliveries.fewerThan(1, never);
});

it('Deliveries are not waited for any longer when it is aborted', async () => {
  const deliveries = new Deliveries();
  deliveries.add('long', new Promise(() => undefined));
  const stop = new AbortController();
  const waiting = deliveries.fewerThan(1, stop.signal);
  stop.abort();
  await waiting;
  expect(deliveries.subjects()).toEqual(['long']);
});
