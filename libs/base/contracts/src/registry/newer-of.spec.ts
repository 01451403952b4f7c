import { describe, expect, it } from '@jest/globals';
import type { ModuleInformation } from './module-information.ts';
import { isEntryLost, newerOf } from './newer-of.ts';

const own: ModuleInformation = {
  appName: 'Fleet',
  appUrl: 'http://fleet',
  databaseName: '',
  databaseUrls: [],
  registeredAtUtc: '2026-02-01T00:00:00.000Z',
  publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'own' },
};
const earlier = '2026-01-01T00:00:00.000Z';
const later = '2026-03-01T00:00:00.000Z';
const { publicKey: _, ...keyless } = own;

describe('of two entries of one module', () => {
  it('a signed one counts before an unsigned one, however late that is', () => {
    const signed = { ...own, signature: 'a..b' };
    const unsigned = { ...own, registeredAtUtc: later };
    expect(newerOf(signed, unsigned)).toBe(signed);
    expect(newerOf(unsigned, signed)).toBe(signed);
    expect(newerOf(own, unsigned)).toBe(unsigned);
  });
});

describe('the entry of a module that runs', () => {
  it.each<[string, ModuleInformation | null, boolean]>([
    ['is lost when there is none', null, true],
    ['is lost when an older one of its own is there', { ...own, registeredAtUtc: earlier }, true],
    ['is there when it is its own', own, false],
    ['is there when a later instance has registered', { ...own, registeredAtUtc: later }, false],
    ['is there when nobody knows how old it is', { ...own, registeredAtUtc: '' }, false],
    [
      'is not its own when it has another key, however old it is',
      { ...own, registeredAtUtc: earlier, publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'other' } },
      false,
    ],
    ['is not its own when it has no key', { ...keyless, registeredAtUtc: earlier }, false],
  ])('%s', (_title, found, lost) => {
    expect(isEntryLost(own, found)).toBe(lost);
  });

  it('that it has signed is lost when an unsigned one is in its place, however late', () => {
    expect(isEntryLost({ ...own, signature: 'a..b' }, { ...own, registeredAtUtc: later })).toBe(true);
  });
});
