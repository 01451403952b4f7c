import { describe, expect, it } from '@jest/globals';
import { describeMissing, describePort, describeStopping } from './describe-missing.ts';

describe('A server that is not available', () => {
  it('is named with the reason and the remedy, and without one where the reason says what to do', () => {
    expect(describeMissing({ server: 'nats', reason: 'none on PATH', remedy: 'install one' })).toBe(
      'nats is not available. none on PATH\nRemedy: install one',
    );
    expect(describeMissing({ server: 'nats', reason: 'in use: stop process 7', remedy: null })).toBe(
      'nats is not available. in use: stop process 7',
    );
  });

  it('stops those that did start, with the command that starts them alone', () => {
    expect(describeStopping(['nats', 'kafka'])).toBe(
      'Stopping nats and kafka again. To run without the others: npx @nestjs-spark/cli servers nats kafka',
    );
    expect(describeStopping([])).toBeNull();
  });
});

it('A server on another port than usual is named with both', () => {
  expect(describePort('nats', 'nats://127.0.0.1:4222', 4222)).toBeNull();
  expect(describePort('nats', 'nats://127.0.0.1:5001', 4222)).toBe(
    'Port 4222 is in use: nats listens on 5001.',
  );
});
