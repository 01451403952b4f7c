import { describe, expect, it } from '@jest/globals';
import { RedactingLogger } from './redacting-logger.ts';

describe('RedactingLogger', () => {
  it('masks what anyone logs, stack traces included', () => {
    const lines: string[] = [];
    const write = process.stdout.write;
    const writeError = process.stderr.write;
    const keep = (line: string | Uint8Array) => lines.push(String(line)) > 0;
    process.stdout.write = keep;
    process.stderr.write = keep;
    try {
      const logger = new RedactingLogger('Test');
      logger.log('at http://u:canary@h');
      logger.error('failed', 'Error: http://u:canary@h\n    at file.ts:1:1');
      logger.warn({ url: 'http://u:canary@h' });
    } finally {
      process.stdout.write = write;
      process.stderr.write = writeError;
    }
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines.join('')).not.toContain('canary');
  });
});
