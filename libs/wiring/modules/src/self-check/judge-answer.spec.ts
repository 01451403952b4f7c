import { describe, expect, it } from '@jest/globals';
import { wrongToken } from '../identify/unauthenticated.ts';
import { judgeAnswer } from './judge-answer.ts';

const orders = { module: 'Orders', keyId: 'k1' };
const judge = (status: number, body: unknown = null, location: string | null = null) =>
  judgeAnswer({ status, body, location }, orders);

describe('what answers at the own address', () => {
  it('is this module when it says its name and key', () => {
    expect(judge(200, orders)).toBeNull();
  });

  it.each([
    ['another module', 200, { module: 'Webshop', keyId: 'k2' }, /the module Webshop answers/],
    ['another key of the same name', 200, { ...orders, keyId: 'k2' }, /key k2/],
    ['an envelope', 200, { data: orders }, /envelope.*isSparkRoute/],
    ['another application', 200, '<html>', /another application/],
    ['an empty answer', 200, null, /another application/],
    ['a wrong prefix', 404, { message: 'Cannot POST' }, /404.*SPARK_MODULE_URL/],
    ['a global guard', 401, { message: 'Unauthorized' }, /guard.*isSparkRoute\(context\)/],
    ['a global guard, in the words of a problem', 403, { detail: 'Forbidden resource' }, /guard/],
    ['another key', 401, { detail: wrongToken().message }, /does not accept the token of Orders/],
    ['a body parser in front', 500, { detail: 'the bytes are gone' }, /500.*the bytes are gone/],
  ])('%s is named with its remedy', (_, status, body, words) => {
    expect(judge(status, body)).toMatch(words);
  });

  it('a redirect is named with where it points', () => {
    expect(judge(308, null, 'https://orders')).toMatch(/redirect to https:\/\/orders/);
  });
});
