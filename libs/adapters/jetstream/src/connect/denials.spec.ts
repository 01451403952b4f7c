import { describe, expect, it } from '@jest/globals';
import { Denials } from './denials.ts';

describe('What NATS does not allow', () => {
  it('is told with each subject once, and with the remedy', () => {
    const denials = new Denials();
    expect(denials.describe(0)).toBeNull();
    denials.note({ operation: 'publish', subject: '$JS.ACK.A' }, 0);
    denials.note({ operation: 'publish', subject: '$JS.ACK.A' }, 1);
    denials.note({ operation: 'subscription', subject: '_INBOX.hr.>' }, 2);
    expect(denials.describe(3)).toBe(
      "NATS does not allow this user to publish to $JS.ACK.A, subscribe to _INBOX.hr.>: add it to the user's permissions; `nestjs-spark nats permissions` prints all that a module needs",
    );
  });

  it('is forgotten when it is not asked for again, and with the connection', () => {
    const denials = new Denials();
    denials.note({ operation: 'publish', subject: 'a' }, 0);
    denials.note({ operation: 'publish', subject: 'b' }, 20_000);
    expect(denials.describe(40_000)).toMatch(/publish to b:/);
    denials.forget();
    expect(denials.describe(40_000)).toBeNull();
  });
});
