import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { toPortError } from './failures.ts';

describe('What passes', () => {
  it.each([
    ['a time-out', new errors.TimeoutError(), 'NATS (a:4222) is connected but does not answer'],
    [
      'nobody listening on the subject',
      new errors.NoRespondersError('x'),
      'NATS (a:4222): no stream takes x',
    ],
    ['JetStream itself', new JetStreamError('no majority'), 'NATS (a:4222) is connected but does not answer'],
  ])('is not called a lost connection while there is one: %s', (_what, error, words) => {
    const said = toPortError('NATS (a:4222)', error);
    expect(said).toBeInstanceOf(UnavailableError);
    expect(String(said)).toContain(words);
  });

  it('is called one when there is none', () => {
    const said = toPortError('NATS (a:4222)', new errors.ClosedConnectionError());
    expect(String(said)).toContain('NATS (a:4222) cannot be reached');
  });
});
