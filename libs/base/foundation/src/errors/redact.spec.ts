import { describe, expect, it } from '@jest/globals';
import { describeError } from './describe-error.ts';
import { redact } from './redact.ts';

describe('redact', () => {
  it.each([
    'http://user:canary@host:8080/path',
    'nats://canary@host:4222',
    'nats://user:half@canary@host:4222',
    'connect nats://a:half@canary@one:4222,nats://b:canary@two:4222',
    'connect nats://a:canary@one:4222,nats://b:canary@two:4222',
    'GET /x?token=canary&y=1',
    'https://host/x?api_key=canary',
    'Authorization: Bearer canary.canary_canary-canary==',
    'Basic canary',
    'sent eyJhbGciOiJFZERTQSJ9.canary.canary onwards',
    '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----',
    'cut off: -----BEGIN RSA PRIVATE KEY-----\ncanary',
  ])('masks the secret in %j', (text) => {
    const shown = redact(text);
    expect(shown).not.toContain('canary');
    expect(shown).toContain('***');
  });

  it.each([
    'http://127.0.0.1:8080/databases/SparkFleet/docs?etag=17',
    'Fleet -> HR: Cars at etag 12, 3 of 4 documents',
    'write to hr@example.org',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('describeError', () => {
  it('puts the causes after the message, once each, without a stack', () => {
    const cause = new Error('ECONNREFUSED', { cause: new Error('ECONNREFUSED') });
    const error = new Error('NATS at nats://u:canary@h\ncannot be reached', { cause });
    expect(describeError(error)).toBe('NATS at nats://***@h cannot be reached: ECONNREFUSED');
  });

  it('goes on from a sentence to its cause without its full stop', () => {
    const error = new Error('Port 5001 is in use. Choose another.', { cause: new Error('EADDRINUSE.') });
    expect(describeError(error)).toBe('Port 5001 is in use. Choose another: EADDRINUSE.');
  });

  it('describes anything that can be thrown', () => {
    expect(describeError(undefined)).toBe('unknown error');
    expect(describeError('text')).toBe('text');
    expect(describeError({ code: 7 })).toBe('{"code":7}');
    expect(describeError({ status: 'error', message: 'from Nest' })).toBe('from Nest');
    expect(describeError(new AggregateError([new Error('a'), new Error('b')]))).toBe('a, b');
  });
});
