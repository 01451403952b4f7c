import { describe, expect, it } from '@jest/globals';
import { isSendable, tokenFault } from './sendable.ts';

describe('A token of a request', () => {
  it.each(['a', 'aB3-._~+/=', '!"#$%&|}~'])('can be sent: %s', (token) => {
    expect([isSendable(token), tokenFault('token', token)]).toEqual([true, null]);
  });

  it.each([
    '',
    ' ',
    'two words',
    'two\nlines',
    'line\n',
    'tab\t',
    'pässword',
    '“quoted”',
    '\u0000',
    undefined,
    5,
  ])('cannot be sent, and is not shown: %j', (token) => {
    expect(isSendable(token)).toBe(false);
    expect(tokenFault('token (TOKEN)', token)).toBe(
      'token (TOKEN) cannot be sent: it has to be one line of ASCII characters without spaces; does it contain more than the token?',
    );
  });
});
