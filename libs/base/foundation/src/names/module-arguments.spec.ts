import { describe, expect, it } from '@jest/globals';
import { asyncOptionsFaults, classesFault } from './module-arguments.ts';

const useFactory = () => ({ natsUrl: 'nats://bus' });
const KEYS = 'useFactory, useClass, useExisting, inject, imports, provideInjectionTokensFrom';

describe('What says where options come from', () => {
  it('leaves an instance of a class its own fields', () => {
    class OptionsOfApp {
      readonly app = 'Fleet';
      readonly name = 'Fleet';
      useFactory = () => ({ name: this.name });
    }
    expect(asyncOptionsFaults(new OptionsOfApp(), ['name'])).toEqual([]);
  });

  it('has a source, and beside it only what belongs there', () => {
    expect(asyncOptionsFaults({ useFactory, inject: [], imports: [] }, ['natsUrl'])).toEqual([]);
    expect(asyncOptionsFaults({ useFactory, health: false }, ['natsUrl'], ['health'])).toEqual([]);
    expect(asyncOptionsFaults({ useFactroy: useFactory }, ['natsUrl'])).toEqual([
      `forRootAsync(): useFactroy: there is no such option; did you mean useFactory? (options: ${KEYS})`,
    ]);
    expect(asyncOptionsFaults({ useFactory, natsUrl: 'nats://bus' }, ['natsUrl'])).toEqual([
      'forRootAsync(): natsUrl: it is not read here; let the factory return it',
    ]);
    expect(asyncOptionsFaults({ inject: [] }, ['natsUrl'])).toEqual([
      'forRootAsync(): it needs useFactory, useClass or useExisting, which the options come from',
    ]);
  });

  it.each([null, undefined, 'Fleet', [useFactory], useFactory])('is an object, not %j', (given) => {
    expect(asyncOptionsFaults(given, ['natsUrl'])).toEqual([
      expect.stringMatching(/^forRootAsync\(\): the options: an object is expected, /),
    ]);
  });
});

it('Only a list of classes is one, and a class that does not exist yet is explained', () => {
  class Car {
    model = 'Golf';
  }
  expect(classesFault([Car])).toBeNull();
  expect(classesFault([])).toBeNull();
  expect(classesFault(undefined)).toMatch(
    /a list of classes, as in forFeature\(\[Car\]\), but nothing was given$/,
  );
  expect(classesFault(null)).toMatch(/, not null$/);
  expect(classesFault({ Car })).toMatch(/, not an object$/);
  expect(classesFault(Car)).toMatch(/, not a function$/);
  expect(classesFault([Car, undefined])).toMatch(
    /^item 2 of 2 in its list is undefined: .*import each other/,
  );
  expect(classesFault([Car, 'cars'], (item) => item === 'cars')).toBeNull();
  expect(classesFault(['Car'])).toBe('item 1 of 1 in its list has to be a class, not a string');
});
