import { describe, expect, it } from '@jest/globals';
import { APPLICATION_SETTINGS } from './application-settings.ts';
import { checkValues } from './check-values.ts';

const check = (wanted: Record<string, unknown>) =>
  checkValues(APPLICATION_SETTINGS, { keysDir: 'SPARK_KEYS_DIR' }, wanted);

describe('What an operator wants to set', () => {
  it('may be written as in a variable, or as JSON; null takes a value away', () => {
    expect(check({ flags: 'a, b', logLevel: null })).toEqual({
      values: new Map<string, unknown>([
        ['flags', ['a', 'b']],
        ['logLevel', undefined],
      ]),
      faults: [],
    });
    expect(check({ flags: ['a'] }).values.get('flags')).toEqual(['a']);
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ logLevel: 'loud' }, /logLevel \(SPARK_LOG_LEVEL\) has to be one of verbose, debug/],
    [{ flags: { a: 1 } }, /flags \(SPARK_FLAGS\) has to be names/],
    [{ keysDir: '/keys' }, /at startup: set SPARK_KEYS_DIR/],
    [{ nothing: 1 }, /not a setting; those that can be changed here are logLevel, flags/],
    [{ logLevle: 'debug' }, /not a setting; did you mean logLevel\? those that can be changed here are/],
    [JSON.parse('{"__proto__":1}') as Record<string, unknown>, /not a setting/],
    [{ constructor: 1 }, /not a setting/],
    [{ toString: 'x' }, /not a setting/],
  ])('%j is refused with the reason', (wanted, why) => {
    const { faults } = check(wanted);
    expect(faults.map(({ detail }) => detail).join()).toMatch(why);
  });
});
