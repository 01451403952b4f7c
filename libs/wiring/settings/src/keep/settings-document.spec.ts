import { describe, expect, it } from '@jest/globals';
import {
  isNotNewer,
  isTooLong,
  latest,
  nextVersion,
  readDocument,
  withVersion,
  type SettingsDocument,
} from './settings-document.ts';

const VERSION = { version: 1, at: '2026-01-01T00:00:00Z', values: { batchSize: 5 }, takenFrom: null };
const DOCUMENT = { versions: [VERSION] };
const NOW = new Date(0);

describe('The central settings of a module', () => {
  it('are read as they were written', () => {
    expect(readDocument(DOCUMENT)).toEqual(DOCUMENT);
    expect(latest(DOCUMENT)).toEqual(VERSION);
    expect(latest(null)).toBeNull();
  });

  it.each([
    null,
    'text',
    [],
    {},
    { versions: [] },
    { versions: {} },
    { versions: Array.from({ length: 51 }, () => VERSION) },
    { versions: [{ ...VERSION, version: '1' }] },
    { versions: [{ ...VERSION, values: [] }] },
    { versions: [{ ...VERSION, at: 'x'.repeat(65) }] },
    { versions: [{ ...VERSION, takenFrom: -1 }] },
  ])('are none when others have written %.60j', (value) => {
    expect(readDocument(value)).toBeNull();
  });

  it('are newer by their number alone', () => {
    const second = withVersion(DOCUMENT, nextVersion(VERSION, VERSION, NOW));
    expect([isNotNewer(DOCUMENT, second), isNotNewer(second, second), isNotNewer(second, DOCUMENT)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([isNotNewer(DOCUMENT, null), isNotNewer({ versions: [] }, null)]).toEqual([false, true]);
  });

  it('keep the newest fifty versions, and fewer where they are long', () => {
    const grown = (times: number, values: object) => {
      let document: SettingsDocument | null = null;
      for (let time = 0; time < times; time++) {
        const next = nextVersion(latest(document), { values: { ...values }, takenFrom: null }, NOW);
        document = withVersion(document, next);
      }
      return document?.versions ?? [];
    };
    const short = grown(60, {});
    expect([short.length, short[0]?.version, short.at(-1)?.version]).toEqual([50, 11, 60]);
    const long = grown(3, { note: 'x'.repeat(100_000) });
    expect(long.map(({ version }) => version)).toEqual([3]);
    expect([isTooLong('x'), isTooLong('x'.repeat(256 * 1024 + 1))]).toEqual([false, true]);
  });
});
