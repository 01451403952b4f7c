import { describe, expect, it } from '@jest/globals';
import { readReply, readRequest } from './messages.ts';

const REQUEST = {
  tenant: 'default',
  pipelineId: 'p1',
  command: { type: 'start' },
  by: 'ann',
  commandId: null,
  at: '2026-01-01T00:00:00Z',
};
const DONE = { kind: 'done', state: {}, position: 3, isReplayed: false, status: null };
const REFUSED = { kind: 'refused', refusal: 'exists', message: 'There is one' };

describe('What nodes of pipelines tell each other', () => {
  it('is read as it was written', () => {
    expect(readRequest(REQUEST)).toEqual(REQUEST);
    expect([readReply(DONE), readReply(REFUSED)]).toEqual([DONE, REFUSED]);
  });

  it.each([
    null,
    'start',
    [],
    { ...REQUEST, command: 'start' },
    { ...REQUEST, command: {} },
    { ...REQUEST, command: { type: 5 } },
    { ...REQUEST, command: { type: 'constructor' } },
    { ...REQUEST, pipelineId: 'x'.repeat(64) },
    { ...REQUEST, commandId: 5 },
  ])('is not a command: %.80j', (value) => {
    expect(() => readRequest(value)).toThrow('Not a command');
  });

  it.each([
    null,
    'done',
    { ...DONE, kind: 'other' },
    { ...DONE, state: null },
    { ...DONE, position: -1 },
    { ...DONE, status: 'running' },
    { ...REFUSED, message: 5 },
    { ...REFUSED, refusal: 'x'.repeat(65) },
  ])('is not an answer: %.80j', (value) => {
    expect(() => readReply(value)).toThrow('cannot be read');
  });
});
