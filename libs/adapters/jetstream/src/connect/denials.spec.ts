import { describe, expect, it } from '@jest/globals';
import { Denials } from './denials.ts';

describe('What NATS does not allow', () => {
  it('is told with each subject once, and with the remedy', () => {
    const denials = new Denials();
    expect(denials.describe(0)).toBeNull();
    denials.note({ operation: 'publish', subject: 'spark.a' }, 0);
    denials.note({ operation: 'publish', subject: 'spark.a' }, 1);
    denials.note({ operation: 'subscription', subject: '_INBOX.hr.>' }, 2);
    expect(denials.describe(3)).toBe(
      "NATS does not allow this user to publish to spark.a, subscribe to _INBOX.hr.>: add it to the user's permissions; `npx @nestjs-spark/cli nats permissions` prints all that a module needs",
    );
  });

  it('is told once for a consumer, and remembered until a message that may not be acknowledged comes again', () => {
    const denials = new Denials();
    for (let message = 1; message < 100; message++)
      denials.note({ operation: 'publish', subject: `$JS.ACK.S.c.1.${message}.0.0.0` }, 0);
    expect(denials.describe(29_000)).toMatch(/publish to \$JS\.ACK\.S\.c\.>:/);
    expect(denials.describe(31_000)).toBeNull();
  });

  it('is forgotten when it is not asked for again, and with the connection', () => {
    const denials = new Denials();
    denials.note({ operation: 'publish', subject: 'a' }, 0);
    denials.note({ operation: 'publish', subject: 'b' }, 5_000);
    expect(denials.describe(12_000)).toMatch(/publish to b:/);
    denials.forget();
    expect(denials.describe(12_000)).toBeNull();
  });
});
