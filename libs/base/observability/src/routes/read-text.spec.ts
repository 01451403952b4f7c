import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { JSON_FORM, requireForm } from './read-text.ts';

const ask = (type?: string, encoding?: string, transfer?: string) => () => {
  const headers = { 'content-type': type, 'content-encoding': encoding, 'transfer-encoding': transfer };
  requireForm({ headers } as IncomingMessage, JSON_FORM);
};

describe('The form of a body', () => {
  it.each([
    undefined,
    'application/json',
    'Application/JSON',
    'application/json ; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/problem+json; profile=x; charset=utf8',
  ])('is JSON in UTF-8: %s', (type) => expect(ask(type)).not.toThrow());

  it.each([
    '',
    'text/plain',
    'application/jsonl',
    'application/json; charset=utf-16',
    'application/json; charset="iso-8859-1"',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset',
    'application/json; CHARSET=UTF-16LE',
  ])('that is another one is refused with the one that is read: %s', (type) =>
    expect(ask(type)).toThrow('The body must be application/json in UTF-8.'),
  );

  it('is not compressed', () => {
    expect(ask('application/json', 'identity')).not.toThrow();
    expect(ask('application/json', 'gzip')).toThrow('Compressed bodies are not accepted.');
  });

  it.each(['gzip, chunked', 'identity', 'chunked, chunked'])('is not transferred as %s', (transfer) => {
    expect(ask('application/json', undefined, ' Chunked')).not.toThrow();
    expect(ask('application/json', undefined, transfer)).toThrow(
      'The only transfer encoding accepted is chunked.',
    );
  });
});
