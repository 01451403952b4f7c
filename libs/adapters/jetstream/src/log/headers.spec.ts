import { expect, it } from '@jest/globals';
import { fromHeaders, toHeaders } from './headers.ts';

it('headers come back under the names that somebody gave them, and reach nothing else', () => {
  const names = ['__proto__', 'constructor', 'toString', 'Spark-Contents'];
  const given = Object.fromEntries(names.map((name) => [name, 'x']));
  const back = fromHeaders(toHeaders(given));
  expect(Object.entries(back).toSorted()).toEqual(Object.entries(given).toSorted());
  expect(fromHeaders(toHeaders({ 'Nats-Msg-Id': '1' }))).toEqual({});
});
