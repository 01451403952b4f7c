import { describe, expect, it } from '@jest/globals';
import { findJava, javaVersion } from './find-java.ts';

describe('A Java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['bash: java: not found', undefined],
  ])('tells its version: %s', (output, version) => {
    expect(javaVersion(output)).toBe(version);
  });

  it('that is not there is said to be missing, with the version to install', async () => {
    expect(await findJava({ PATH: '' }, 17)).toEqual({
      refused: 'no java on PATH, and JAVA_HOME is not set',
      remedy: 'install Java 17 or newer',
    });
  });
});
