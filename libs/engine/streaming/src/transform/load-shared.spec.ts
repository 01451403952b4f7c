import { describe, expect, it } from '@jest/globals';
import { MemorySource } from '@nestjs-spark/testing';
import { loadShared } from './load-shared.ts';

describe('What a script loads', () => {
  it('is shared with its module and the owner’s own: neither another collection nor a third module’s copy', async () => {
    const source = new MemorySource();
    source.put('people/1', { Name: 'Ann' }, 'People');
    source.put('people/2', { Name: 'Ben' }, 'People', 'Payroll/people/2');
    source.put('salaries/1', { Amount: 1 }, 'Salaries');
    const load = loadShared(source, new Set(['people']));
    const found = await load(['people/1', 'people/2', 'salaries/1', 'people/none']);
    expect(found.map((json) => json && JSON.parse(Buffer.from(json).toString()).Name)).toEqual([
      'Ann',
      null,
      null,
      null,
    ]);
  });
});
