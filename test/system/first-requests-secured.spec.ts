import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

describe.each([
  ['jobs', 'Jobs', ['tools/jobs/main.ts'], 'SPARK_JOBS_TOKENS', /Succeeded: .*"Total":12/],
  [
    'dataflow',
    'Dataflow',
    ['--conditions=@nestjs-spark/source', 'tools/dataflow/main.ts'],
    'SPARK_API_TOKENS',
    /Completed: read 2, written 1/,
  ],
])('npm run %s -- --once with the tokens of its users in a file', (_, app, main, tokens, success) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-secured-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), `${content}\n`);
    return join(folder, name);
  };
  const run = (env: Record<string, string>) =>
    spawnSync(process.execPath, [...main, '--once'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        SPARK_DATA_DIR: join(folder, 'data'),
        [`${tokens}_FILE`]: file('users', 'ann:the-token-of-ann'),
        ...env,
      },
      encoding: 'utf8',
      timeout: 60_000,
    });

  it('sends its first requests as the operator whose token is in a file, without showing it', () => {
    const { status, stdout, stderr } = run({ SPARK_OPERATOR_TOKEN_FILE: file('operator', 'the-operators') });
    const [done, commands = ''] = stdout.split('\nTry it yourself.');
    expect(done).toMatch(success);
    expect(done).not.toContain('curl');
    expect(commands).not.toMatch(success);
    expect(commands).toContain(`Bearer $(tr -d '[:space:]' <"$SPARK_OPERATOR_TOKEN_FILE")`);
    expect(stdout + stderr).not.toContain('the-operators');
    expect(status).toBe(0);
  });

  it('ends with the remedy where there is no operator token', () => {
    const { status, stderr } = run({});
    expect(stderr).toMatch(new RegExp(`Failed: the ${app} app requires a token.*SPARK_OPERATOR_TOKEN_FILE`));
    expect(status).toBe(1);
  });
});
