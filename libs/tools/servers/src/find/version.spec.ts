import { describe, expect, it } from '@jest/globals';
import { isAtLeast, runsOn } from './version.ts';

describe('versions', () => {
  it.each([
    ['nats-server: v2.15.1', '2.12.7', true],
    ['2.12.7', '2.12.7', true],
    ['v2.9.10', '2.12.7', false],
    ['2.12.10', '2.12.7', true],
    ['no version', '2.12.7', false],
  ])('%s against %s: new enough is %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });

  it.each([
    ['10.0.12', true],
    ['10.0.13', true],
    ['10.0.2', false],
    ['11.0.0', false],
    ['9.0.20', false],
  ])('a program built for .NET 10.0.12 runs on %s: %s', (version, expected) => {
    expect(runsOn(version, '10.0.12')).toBe(expected);
  });
});
