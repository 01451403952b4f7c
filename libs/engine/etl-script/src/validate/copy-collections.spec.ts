import { expect, it } from '@jest/globals';
import { copyCollections } from './copy-collections.ts';

it.each([
  ['loadToCars({ A: 1 }); loadTo("Parts.Old", {});', ['Cars', 'Parts.Old']],
  ['loadToPeople({});', ['Cars', 'People']],
  ['', ['Cars']],
  ["loadToCars({ '@metadata': { '@collection': this.Kind } });", null],
])('the copies of %j are in %j', (script, expected) => {
  expect(copyCollections('Cars', script)).toEqual(expected);
});
