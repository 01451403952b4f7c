import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundsAround, parsePointInTime } from './points-in-time.ts';

describe('a text that is a point in time', () => {
  it.each([
    ['2024-01-02', '2024-01-02T00:00:00.0000000', '2024-01-02'],
    ['2024-01-02T03:04:05', '2024-01-02T03:04:05.0000000', '2024-01-02T03:04:05.0000000'],
    ['2024-01-02T03:04:05.6Z', '2024-01-02T03:04:05.6000000', '2024-01-02T03:04:05.6000000Z'],
    ['2024-01-01T00:30:00.1234567+01:00', '2023-12-31T23:30:00.1234567', '2023-12-31T23:30:00.1234567Z'],
    ['2024-02-29', '2024-02-29T00:00:00.0000000', '2024-02-29'],
    ['0001-01-01T00:00:00', '0001-01-01T00:00:00.0000000', '0001-01-01T00:00:00.0000000'],
  ])('%s counts in UTC and is spelled as in indexes', (text, utc, spelled) => {
    expect(parsePointInTime(text)).toMatchObject({ utc, spelled });
  });

  it.each([
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '0000-01-01',
    '2024-01-02T24:00:00Z',
    '2024-01-02T23:59:60Z',
    '2024-01-02 03:04:05',
    '2024-01-02T03:04Z',
    '2024-01-02T03:04:05.12345678Z',
    '2024-01-02T03:04:05+15:00',
    '2024-01-02T03:04:05+01:60',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+012024-01-01T00:00:00.000Z',
    '20240102',
    '',
  ])('is not %s', (text) => {
    expect(parsePointInTime(text)).toBeNull();
  });

  const day = fc.date({ min: new Date('0001-01-03'), max: new Date('9999-12-29'), noInvalidDate: true });
  const offset = fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 14 }));
  const text = fc
    .tuple(day, offset)
    .map(
      ([date, [sign, hours]]) =>
        `${date.toISOString().slice(0, 23)}${sign}${String(hours).padStart(2, '0')}:00`,
    );

  it('has the time that JavaScript reads there', () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(Date.parse(`${parsePointInTime(written)?.utc.slice(0, 23)}Z`)).toBe(Date.parse(written));
      }),
    );
  });

  it('stands between the bounds around every beginning of its spelling in UTC', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 28 }), (written, length) => {
        const beginning = parsePointInTime(written)?.spelled.slice(0, length) ?? '';
        const bounds = boundsAround(beginning);
        expect(written >= (bounds?.from ?? '') && written < (bounds?.below ?? '')).toBe(true);
        expect(beginning >= (bounds?.from ?? '') && `${beginning}\u{10ffff}` < (bounds?.below ?? '')).toBe(
          true,
        );
      }),
    );
    expect(boundsAround('a')).toBeNull();
  });
});
