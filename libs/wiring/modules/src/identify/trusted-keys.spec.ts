import { describe, expect, it } from '@jest/globals';
import { readTrustedKeys, type TrustedKeys } from './trusted-keys.ts';

const ONE = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const OTHER = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k';

function read(given: TrustedKeys | undefined, text?: string) {
  const faults: string[] = [];
  return { keys: Object.fromEntries(readTrustedKeys(given, text, faults)), faults: faults.length };
}

describe('the keys that an operator approves', () => {
  it.each<[string, Record<string, string[]>]>([
    [`HR=${ONE}`, { hr: [ONE] }],
    [` HR = ${ONE} ,\n Sales=${OTHER},, `, { hr: [ONE], sales: [OTHER] }],
    [`HR=${ONE},hr=${OTHER}`, { hr: [ONE, OTHER] }],
    ['', {}],
    [' , ', {}],
  ])('are read from %j', (text, keys) => {
    expect(read(undefined, text)).toEqual({ keys, faults: 0 });
  });

  it.each([
    'HR',
    'HR=',
    `=${ONE}`,
    ONE,
    `HR:${ONE}`,
    `HR=${ONE};Sales=${OTHER}`,
    `HR=${ONE}\nSales=${OTHER}`,
    `HR=${ONE}=${OTHER}`,
    `HR=${ONE}=`,
    `"HR"=${ONE}`,
    `"HR=${ONE}"`,
    `HR=${ONE}x`,
    `HR=${ONE.slice(1)}`,
    `HR=${ONE.replace('-', '+')}`,
    `HR=${ONE}\u200b`,
    `\ufeffHR\u200b=${ONE}`,
    `*=${ONE}`,
    `__proto__=${ONE}`,
    `HR Sales=${ONE}`,
    `HR=sha256:${ONE}`,
  ])('are not guessed from %j, which stops the start', (text) => {
    expect(read(undefined, text).faults).toBe(1);
  });

  it.each<[string, unknown]>([
    ['an empty list', { HR: [] }],
    ['nothing', { HR: undefined }],
    ['null', { HR: null }],
    ['a number', { HR: 5 }],
    ['a list in a list', { HR: [[ONE, OTHER]] }],
    ['an empty text', { HR: '' }],
  ])('of an option are not guessed from %s', (_, given) => {
    expect(read(given as TrustedKeys).faults).toBe(1);
  });
});
