import { describe, expect, it } from '@jest/globals';
import { isText } from '../guard/guards.ts';
import { LiveSettings } from './live-settings.ts';
import type { Setting } from './setting.ts';

const word: Setting<string> = {
  variable: 'WORD',
  rule: 'has to be short',
  parse: (text) => text,
  fits: isText(5),
  fallback: 'none',
};
const SCHEMA = { word };
const central = (value: unknown) => new Map([['word', value]]);

describe('Live settings', () => {
  it('come from the option, then the environment, then the central value, then the default', () => {
    const given: [Partial<{ word: string }>, Record<string, string>, boolean, string, string][] = [
      [{ word: 'opt' }, { WORD: 'env' }, true, 'opt', 'option'],
      [{}, { WORD: 'env' }, true, 'env', 'environment'],
      [{}, { WORD: ' ' }, true, 'mid', 'central'],
      [{}, {}, false, 'none', 'default'],
    ];
    for (const [options, environment, isSet, value, origin] of given) {
      const live = new LiveSettings(SCHEMA, { options, environment });
      if (isSet) live.take(central('mid'));
      expect([live.get('word'), live.origin('word')]).toEqual([value, origin]);
    }
  });

  it('say what is wrong with what is given, and repeat a variable', () => {
    const { faults } = new LiveSettings(SCHEMA, { options: {}, environment: { WORD: 'too long' } });
    expect(faults).toEqual(['word (WORD) has to be short; it is "too long"']);
  });

  it('tell listeners of values that have changed, and of no others', () => {
    const live = new LiveSettings(SCHEMA, { options: {}, environment: {} });
    const heard: string[] = [];
    const stop = live.onChange('word', (value) => heard.push(value));
    live.take(central('a'));
    live.take(central('a'));
    live.take(new Map());
    stop();
    live.take(central('b'));
    expect(heard).toEqual(['a', 'none']);
  });

  it('stay as they are where a central value cannot be used', () => {
    const live = new LiveSettings(SCHEMA, { options: {}, environment: {} });
    live.take(central('a'));
    expect(live.take(central('far too long'))).toEqual({ changes: [], refused: ['word'] });
    expect(live.get('word')).toBe('a');
  });
});
