import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger as NestLogger } from '@nestjs/common';
import { logFor } from './log-for.ts';
import { RedactingLogger } from './redacting-logger.ts';

/** What is written while `log` runs. */
function printed(log: () => void): string {
  const lines: string[] = [];
  const write = process.stdout.write;
  const writeError = process.stderr.write;
  const keep = (line: string | Uint8Array) => lines.push(String(line)) > 0;
  process.stdout.write = keep;
  process.stderr.write = keep;
  try {
    log();
  } finally {
    process.stdout.write = write;
    process.stderr.write = writeError;
  }
  return lines.join('');
}

const SECRET = 'http://u:canary@h';

describe('RedactingLogger', () => {
  it.each([
    ['text', {}],
    ['JSON', { json: true }],
    ['JSON over several lines', { json: true, compact: false }],
  ])('masks what anyone logs, stack traces, objects and errors included: as %s', (_, options) => {
    const text = printed(() => {
      const logger = new RedactingLogger('Test', options);
      logger.log(`at ${SECRET}`);
      logger.error('failed', `Error: ${SECRET}\n    at file.ts:1:1`);
      logger.warn({ url: SECRET, deep: [{ [SECRET]: new Map([['a', SECRET]]) }] });
      logger.error(new Error(SECRET, { cause: new Error(SECRET) }));
    });
    expect(text.match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(4);
    expect(text).not.toContain('canary');
  });

  it.each([{}, { json: true }])('prints the top of what is nested endlessly: %j', (options) => {
    const deep: unknown = JSON.parse(`${'{"A":'.repeat(20_000)}"${SECRET}"${'}'.repeat(20_000)}`);
    const text = printed(() =>
      new RedactingLogger('Test', { colors: false, ...options }).log({ top: 'here', deep }),
    );
    expect(text).toContain('here');
    expect(text).not.toContain('canary');
  });

  it.each([{}, { json: true }])('keeps the words of others on one line: %j', (options) => {
    const text = printed(() =>
      new RedactingLogger('Test', { colors: false, ...options }).log('a\r\nb\u001b[2Jc'),
    );
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text).not.toContain('\u001b[2J');
  });
});

describe('logFor', () => {
  afterEach(() => NestLogger.overrideLogger(new ConsoleLogger()));

  it('keeps a message and the causes of an error on one line, whoever wrote them', () => {
    NestLogger.overrideLogger(new ConsoleLogger('Test', { colors: false }));
    const text = printed(() => logFor('Test').error('a\r\nb', new Error('c\u001b[2J\nd')));
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text).not.toContain('\u001b');
  });

  it('does not look at a message for debugging that nobody prints', () => {
    NestLogger.overrideLogger(['log']);
    const unread = {
      toString: () => {
        throw new Error('it was looked at');
      },
    };
    expect(() => logFor('Test').debug(unread as unknown as string)).not.toThrow();
  });
});
