import { expect, it } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import { fromHeaders, isPublishable, toHeaders } from './headers.ts';

it('headers come back under the names that somebody gave them, and reach nothing else', () => {
  const names = ['__proto__', 'constructor', 'toString', 'Spark-Contents'];
  const given = Object.fromEntries(names.map((name) => [name, 'x']));
  const back = fromHeaders(toHeaders(given));
  expect(Object.entries(back).toSorted()).toEqual(Object.entries(given).toSorted());
  expect(fromHeaders(toHeaders({ 'Nats-Msg-Id': '1' }))).toEqual({});
});

it('a message without headers has none, and one that has a header twice has its first value', () => {
  const twice = headers();
  twice.append('note', '1');
  twice.append('note', '2');
  expect([fromHeaders(undefined), fromHeaders(headers()), fromHeaders(twice)]).toEqual([
    {},
    {},
    { note: '1' },
  ]);
});

it('a message is publishable while it fits into max_payload and its headers into what JetStream takes', () => {
  expect(isPublishable({}, 1_000, 2_000)).toBe(true);
  expect(isPublishable({}, 2_000, 2_000)).toBe(false);
  expect(isPublishable({ note: 'y'.repeat(64_900) }, 0, 1_000_000)).toBe(true);
  expect(isPublishable({ note: 'y'.repeat(65_535) }, 0, 1_000_000)).toBe(false);
});
