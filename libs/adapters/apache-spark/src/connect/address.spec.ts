import { describe, expect, it } from '@jest/globals';
import { readConnectAddress } from './address.ts';

describe('The address of a Spark Connect server', () => {
  it.each([
    [
      'sc://spark.internal',
      { target: 'spark.internal:15002', host: 'spark.internal', tls: false, token: null },
    ],
    [
      'sc://spark.internal:443/;use_ssl=true',
      { target: 'spark.internal:443', host: 'spark.internal', tls: true, token: null },
    ],
    ['sc://[::1]:1234/', { target: '[::1]:1234', host: '[::1]', tls: false, token: null }],
    ['sc://h/;token=a%20b', { target: 'h:15002', host: 'h', tls: true, token: 'a b' }],
  ])('is read as every client of it reads it: %s', (text, address) => {
    expect(readConnectAddress(text)).toEqual(address);
  });

  it.each(['http://h', 'h:15002', 'sc://', 'sc://h/path', 'sc://ann@h', 'sc://h/;tokn=a', 'sc://h/;token=%'])(
    'is refused with what is wrong: %s',
    (text) => {
      expect(readConnectAddress(text)).toEqual(expect.stringMatching(/^has /));
    },
  );
});
