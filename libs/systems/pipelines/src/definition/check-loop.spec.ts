import { describe, expect, it } from '@jest/globals';
import { checkLoop } from './check-loop.ts';
import type { Draft } from './types.ts';

type Ends = [source: Draft['source'], sink: Draft['sink']];

describe('A pipeline', () => {
  it.each<Ends>([
    [
      { type: 'file', path: 'in/*' },
      { type: 'file', path: 'in' },
    ],
    [
      { type: 'file', path: '**/*.ndjson' },
      { type: 'file', path: './out/' },
    ],
    [
      { type: 'file', path: './in/../in/*.csv', format: 'csv' },
      { type: 'file', path: 'in', format: 'csv' },
    ],
    [
      { type: 'file', path: 'in/*' },
      { type: 'sqlite', path: 'in/all.db', table: 'all' },
    ],
    [
      { type: 'kafka', topic: 'people' },
      { type: 'kafka', topic: 'people', connection: 'default' },
    ],
  ])('that would read what it writes is refused: %j to %j', (source, sink) => {
    expect(checkLoop({ source, sink })).toEqual([
      expect.objectContaining({ kind: 'refused', path: ['sink', sink?.type === 'kafka' ? 'topic' : 'path'] }),
    ]);
  });

  it.each<Ends>([
    [
      { type: 'file', path: 'in/*' },
      { type: 'file', path: 'in/out' },
    ],
    [
      { type: 'file', path: 'in/*.csv', format: 'csv' },
      { type: 'file', path: 'in' },
    ],
    [
      { type: 'kafka', topic: 'people' },
      { type: 'kafka', topic: 'people', connection: 'other' },
    ],
    [{ type: 'kafka', topic: undefined }, { type: 'kafka' }],
    [{ type: 'file', path: undefined }, { type: 'file' }],
    [undefined, { type: 'file', path: 'out' }],
  ])('may write next to what it reads: %j to %j', (source, sink) => {
    expect(checkLoop({ source, sink })).toEqual([]);
  });
});
