import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { shellWord } from './shell-word.ts';

it.each(['../my shop', "it's", '$HOME', '~', '', 'a\nb', '--once', '.spark-2/data:x=1'])(
  'A shell takes %j for one word',
  (text) => {
    const said = execFileSync('sh', ['-c', `printf '%s|' ${shellWord(text)}`], { encoding: 'utf8' });
    expect(said).toBe(`${text}|`);
  },
);

it('What needs no quotes has none', () => {
  expect(shellWord('../shop')).toBe('../shop');
});
