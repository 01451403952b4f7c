import { describe, expect, it } from '@jest/globals';
import { formatChange, parseChange } from './change.ts';

describe('A change in a header', () => {
  it.each([
    ['of SQLite', { databaseId: '0b8ad5be-40d6-4d8a-9a4e-0d4c1b8a5b0e', etag: 7 }],
    ['of RavenDB', { databaseId: 'Qz+/abcdEFGHijklMNOPqr', etag: 9_007_199_254_740_991 }],
  ])('comes back as it was: %s', (_, change) => {
    expect(parseChange(formatChange(change))).toEqual(change);
  });

  it.each([
    '',
    'a',
    ':1',
    'a:',
    'a:-1',
    'a:1.5',
    'a b:1',
    'a:1:2',
    'a:9007199254740993',
    `${'a'.repeat(101)}:1`,
  ])('is nothing else: %j', (text) => expect(parseChange(text)).toBeNull());
});
