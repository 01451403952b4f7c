import { expect, it } from '@jest/globals';
import { SayOnce } from './say-once.ts';

it('takes a text for news when another one was said before it, or when it is over', () => {
  const said = new SayOnce();
  expect(['a', 'a', 'b', 'a'].map((text) => said.isNews(text))).toEqual([true, false, true, true]);
  said.forget();
  expect(said.isNews('a')).toBe(true);
});
