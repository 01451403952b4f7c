import { expect, it } from '@jest/globals';
import { optionProblem, optionsFault, shareOptions, unknownOptions } from './unknown-options.ts';

const KNOWN = ['natsUrl', 'name'];

it('Options that do not exist are faults, with the one that was probably meant', () => {
  expect(unknownOptions({ natsUrl: 'nats://bus', natsURL: '', colour: 1 }, KNOWN)).toEqual([
    'natsURL: there is no such option; did you mean natsUrl? (options: natsUrl, name)',
    'colour: there is no such option; remove it (options: natsUrl, name)',
  ]);
  expect(unknownOptions({ url: '' }, ['urls'], { path: 'ravendb' })).toEqual([
    'ravendb.url: there is no such option; did you mean ravendb.urls? (options: urls)',
  ]);
  expect(unknownOptions({ healt: false }, KNOWN, { besides: ['health'] })).toEqual([
    'healt: there is no such option; did you mean health? (options: natsUrl, name, health)',
  ]);
  expect(unknownOptions({ health: false }, KNOWN, { besides: ['health'] })).toEqual([
    'health: it is not read here; pass it next to the factory',
  ]);
  expect(unknownOptions(undefined, KNOWN)).toEqual([]);
});

it('Options of other modules are accepted where one object may hold those of several', () => {
  const given = { natsUrl: 'nats://bus', store: 'ravendb', stor: 'ravendb' };
  expect(shareOptions(['store'])).toEqual(['store']);
  expect(unknownOptions(given, KNOWN, { isShared: true })).toEqual([expect.stringMatching(/^stor: /)]);
  expect(unknownOptions(given, KNOWN)).toHaveLength(2);
});

it('A string or a list in place of options is one fault, and its parts are not taken for names', () => {
  expect(unknownOptions('Fleet' as unknown as object, KNOWN)).toEqual([
    'the options: an object is expected, not a string (options: natsUrl, name)',
  ]);
  expect(unknownOptions(['nats://bus'], ['urls'], { path: 'ravendb' })).toEqual([
    'ravendb: an object is expected, not a list (options: urls)',
  ]);
  expect(unknownOptions(null, KNOWN, { path: 'ravendb' })).toEqual([]);
});

it.each<[unknown, string]>([
  [null, 'not null'],
  [undefined, 'but nothing was given or returned'],
  ['Fleet', 'not a string'],
  [['Fleet'], 'not a list'],
  [4222, 'not a number'],
  [() => ({}), 'not a function'],
])('%j in place of options is named as what it is', (given, what) => {
  expect(optionsFault(given, KNOWN)).toBe(
    `the options: an object is expected, ${what} (options: natsUrl, name)`,
  );
  expect(optionsFault({}, KNOWN)).toBeNull();
});

it('Fields of a class instance are not taken for options', () => {
  class FromConfig {
    readonly config = new Map([['NATS', 'nats://bus']]);
    get natsUrl(): string | undefined {
      return this.config.get('NATS');
    }
  }
  expect(unknownOptions(new FromConfig(), KNOWN)).toEqual([]);
  expect(unknownOptions(Object.assign(Object.create(null), { colour: 1 }), KNOWN)).toHaveLength(1);
});

it('For an option of a decorator, the remedy is separate from the problem', () => {
  expect(optionProblem('name', KNOWN)).toBeNull();
  expect(optionProblem('nmae', KNOWN)).toEqual({
    problem: 'there is no such option',
    remedy: 'Did you mean name? Options: natsUrl, name',
  });
});
