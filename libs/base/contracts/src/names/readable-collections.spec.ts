import { describe, expect, it } from '@jest/globals';
import { SYSTEM_COLLECTIONS } from './house-documents.ts';
import { ReadableCollections } from './readable-collections.ts';

describe('the collections that a requester may read', () => {
  it('are those that are shared with it, however they are spelled', () => {
    const readable = new ReadableCollections(['Cars']);
    expect([readable.has('cars'), readable.has('CARS'), readable.has('People')]).toEqual([true, true, false]);
    expect(new ReadableCollections([]).has('Cars')).toBe(false);
  });

  it.each(SYSTEM_COLLECTIONS)("never include Spark's own, such as %s, even when they are named", (system) => {
    const readable = new ReadableCollections([system, system.toLowerCase()]);
    expect([readable.has(system), readable.has(system.toUpperCase())]).toEqual([false, false]);
  });
});
