import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runLauncher } from '../support/run-launcher.ts';

const JOBS = ['tools/jobs/main.ts'];
const DATAFLOW = ['--conditions=@nestjs-spark/source', 'tools/dataflow/main.ts'];

/** A label, left out below the same one; then what happened. */
const STORY_LINE = /^ {2}(?:[A-Z][a-z]{1,8} {2,}| {10})\S/;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spark-secured-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each([
  ['jobs', 'Jobs', JOBS, 'SPARK_JOBS_TOKENS', /Succeeded: .*"Total":12/],
  ['dataflow', 'Dataflow', DATAFLOW, 'SPARK_API_TOKENS', /Completed: read 2, written 1/],
])('npm run %s with the tokens of its users in a file', (command, app, main, tokens, success) => {
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), `${content}\n`);
    return join(folder, name);
  };
  const secured = (env: Record<string, string>) => ({
    SPARK_DATA_DIR: join(folder, 'data'),
    [`${tokens}_FILE`]: file('users', 'ann:the-token-of-ann'),
    ...env,
  });

  it('sends its first requests as the operator whose token is in a file, without showing it', async () => {
    const env = secured({ SPARK_OPERATOR_TOKEN_FILE: file('operator', 'the-operators') });
    const { code, stdout, stderr } = await runLauncher(main, env, 'until it can be tried');
    const [done = '', commands = ''] = stdout.split('\nTry it yourself.');
    expect(done).toMatch(success);
    expect(done).not.toContain('curl');
    expect(commands).not.toMatch(success);
    expect(commands).toContain(`Bearer $(tr -d '[:space:]' <"$SPARK_OPERATOR_TOKEN_FILE")`);
    expect(stdout + stderr).not.toContain('the-operators');
    expect(code).toBe(0);
  });

  it('prints no commands with --once, because nothing would answer them, but how to get them', async () => {
    const env = secured({ SPARK_OPERATOR_TOKEN_FILE: file('operator', 'the-operators') });
    const { code, stdout, stderr } = await runLauncher(main, env, '--once');
    expect(stdout).toMatch(success);
    expect(stdout).toMatch(new RegExp(`run it without --once: npm run ${command}\n$`));
    expect(stdout + stderr).not.toMatch(/curl|the-operators/);
    expect(code).toBe(0);
    const [, story = ''] = stdout.split(/^Spark for NestJS: .*\n\n/m);
    const lines = story.split('\n').slice(0, -3);
    expect(lines.filter((line) => !STORY_LINE.test(line))).toEqual([]);
  });

  it('ends with the remedy where there is no operator token', async () => {
    const { code, stderr } = await runLauncher(main, secured({}), '--once');
    expect(stderr).toMatch(new RegExp(`Failed: the ${app} app requires a token.*SPARK_OPERATOR_TOKEN_FILE`));
    expect(code).toBe(1);
  });
});

it('npm run dataflow says whether its pipeline existed already, and what each run did', async () => {
  const env = { SPARK_DATA_DIR: join(folder, 'data') };
  const run = async () => (await runLauncher(DATAFLOW, env, '--once')).stdout;
  expect(await run()).toMatch(/"first" was created:[^]*Completed: read 2, written 1, filtered 1\n/);
  appendFileSync(join(folder, 'data/pipelines/files/people.ndjson'), '{"id":3,"age":30}\n');
  expect(await run()).toMatch(
    /"first" was there already; earlier runs have read 2 records and written 1\n[^]*Completed: read 1, written 1, filtered 0\n/,
  );
  expect(await run()).toMatch(
    /have read 3 records and written 2\n[^]*Completed: read 0, written 0, filtered 0; .* nothing new/,
  );
});
