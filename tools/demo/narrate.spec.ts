import { describe, expect, it } from '@jest/globals';
import { wrapped } from './narrate.ts';

describe('A line of the demo', () => {
  const LINE = 'Fleet    http://127.0.0.1:5001   log: /home/ann/spark/.spark/logs/fleet.log';

  it('is one where the terminal is wide enough, or unknown', () => {
    expect(wrapped(LINE, Infinity)).toEqual([LINE]);
    expect(wrapped(LINE, LINE.length)).toEqual([LINE]);
  });

  it('is broken between words otherwise, and an address stays whole', () => {
    expect(wrapped(LINE, 40)).toEqual([
      'Fleet    http://127.0.0.1:5001   log:',
      '/home/ann/spark/.spark/logs/fleet.log',
    ]);
    expect(wrapped(LINE, 10)).toEqual([
      'Fleet',
      'http://127.0.0.1:5001',
      'log:',
      '/home/ann/spark/.spark/logs/fleet.log',
    ]);
  });
});
