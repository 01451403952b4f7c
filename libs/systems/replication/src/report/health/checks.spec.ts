import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { StoreCheck } from './checks.ts';

const READY = { readiness: () => ({ ready: true, reason: null }) };

describe('The check of the store', () => {
  let answer: () => Promise<null> = async () => null;
  const check = (): StoreCheck => new StoreCheck({ read: () => answer() }, READY, 20);
  const never = () => new Promise<never>(() => undefined);

  it('is red on the second late answer in a row, and says when the last good one was', async () => {
    const store = check();
    answer = async () => null;
    expect(await store.look()).toEqual({ ready: true, detail: 'answers' });
    answer = never;
    expect(await store.look()).toEqual({
      ready: true,
      detail: expect.stringMatching(/answered last at \d{4}-/),
    });
    expect(await store.look()).toEqual({
      ready: false,
      detail: expect.stringMatching(/answered last at \d{4}-/),
    });
    answer = async () => null;
    expect((await store.look()).ready).toBe(true);
    answer = never;
    expect((await store.look()).ready).toBe(true);
  });

  /** `a`: answers, `l`: is late, `r`: refuses. */
  it.each<[string, string, string]>([
    ['one late answer', 'al', 'yy'],
    ['two in a row', 'all', 'yyn'],
    ['late, answered, late', 'alal', 'yyyy'],
    ['late from then on', 'alllll', 'yynnnn'],
    ['answered after two that were late', 'allal', 'yynyy'],
    ['every other one, for a long time', 'alalalalalal', 'yyyyyyyyyyyy'],
    ['two in a row, twice', 'allaall', 'yynyyyn'],
    ['late from the start', 'll', 'nn'],
    ['late from the start, then answered and late', 'llal', 'nnyy'],
    ['refused', 'ara', 'yry'],
    ['refused after a late one', 'alra', 'yyry'],
    ['refused between two late ones, which none has answered', 'alrl', 'yyrn'],
    ['refused from the start', 'rrl', 'rrn'],
  ])('%s: for checks that go %s, it says %s (yes, no, refused)', async (_what, looks, expected) => {
    const store = check();
    const said: string[] = [];
    for (const look of looks) {
      answer = { a: async () => null, l: never, r: () => Promise.reject(new Error('no')) }[look] ?? never;
      said.push(
        await store.look().then(
          ({ ready }) => (ready ? 'y' : 'n'),
          () => 'r',
        ),
      );
    }
    expect(said.join('')).toBe(expected);
  });

  it('takes several who ask at the same time for one look', async () => {
    const store = check();
    answer = async () => null;
    await store.look();
    answer = never;
    const found = await Promise.all([store.look(), store.look(), store.look()]);
    expect(found.map(({ ready }) => ready)).toEqual([true, true, true]);
  });

  it('is red at once when it never answered, or refuses', async () => {
    answer = never;
    expect((await check().look()).ready).toBe(false);
    answer = () => Promise.reject(new UnavailableError('RavenDB cannot be reached'));
    await expect(check().look()).rejects.toThrow(UnavailableError);
  });
});
