import { describe, expect, it } from '@jest/globals';
import { idOf, readId, readSubscription } from './read-message.ts';

const WANTED = { type: 'subscribe', id: 'one' };

describe('A subscription to what pipelines do', () => {
  it('is to everything unless it says less', () => {
    expect(readSubscription(WANTED)).toEqual({
      id: 'one',
      pipelines: null,
      topics: new Set(['status', 'events']),
      after: undefined,
    });
    expect(readSubscription({ ...WANTED, pipelines: ['p1'], topics: ['events'], after: 5 })).toEqual({
      id: 'one',
      pipelines: new Set(['p1']),
      topics: new Set(['events']),
      after: { journal: 5, batches: 'last-of-each' },
    });
  });

  it('is refused with everything that is wrong with it', () => {
    const wrong = {
      id: 5,
      pipelines: 'p1',
      topics: ['weather'],
      after: 'x',
      colour: 1,
      ['x'.repeat(200)]: 1,
    };
    const pointers = ['/colour', `/${'x'.repeat(80)}`, '/id', '/pipelines', '/topics', '/after'];
    try {
      readSubscription(wrong);
      throw new Error('It was taken');
    } catch (error) {
      expect(error).toMatchObject({
        errors: pointers.map((pointer) => expect.objectContaining({ pointer })),
      });
    }
  });

  it('is named in a problem only by a name that can be repeated', () => {
    expect([idOf(null), idOf({}), idOf({ id: 'x'.repeat(65) }), idOf(WANTED)]).toEqual([
      null,
      null,
      null,
      'one',
    ]);
    expect(readId(WANTED)).toBe('one');
    expect(() => readId({ id: null })).toThrow('no id');
  });
});
