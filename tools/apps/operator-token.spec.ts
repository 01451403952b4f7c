import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { curlCredential, operatorToken } from './operator-token.ts';

describe('the operator token of what npm starts', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-token-'));
    file = join(folder, 'operator token');
    writeFileSync(file, 'of-the-file\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const shown = (environment: Record<string, string>): string =>
    execFileSync('sh', ['-c', `printf '%s|' ${curlCredential(environment)}`], {
      env: { PATH: process.env['PATH'], ...environment },
      encoding: 'utf8',
    });

  it('is that of the variable, which a printed command refers to', () => {
    const environment = { SPARK_OPERATOR_TOKEN: 'of-the-variable' };
    expect(operatorToken(environment)).toBe('of-the-variable');
    expect(curlCredential(environment)).not.toContain('of-the-variable');
    expect(shown(environment)).toBe('-H|authorization: Bearer of-the-variable|');
  });

  it('is that of the file, which a printed command reads', () => {
    const environment = { SPARK_OPERATOR_TOKEN_FILE: file };
    expect(operatorToken(environment)).toBe('of-the-file');
    expect(shown(environment)).toBe('-H|authorization: Bearer of-the-file|');
  });

  it('is none without either, and with a blank one', () => {
    for (const environment of [{}, { SPARK_OPERATOR_TOKEN: ' ' }]) {
      expect(operatorToken(environment)).toBeUndefined();
      expect(curlCredential(environment)).toBe('');
    }
  });
});
