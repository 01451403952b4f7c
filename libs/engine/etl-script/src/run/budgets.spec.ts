import { afterAll, describe, expect, it } from '@jest/globals';
import { commandsOf, failureOf, loadsNothing, runScript, user } from '../../testing/run-script.ts';
import { ScriptPool } from './script-pool.ts';

const pool = new ScriptPool({ maxWorkers: 1, maxOutput: 100_000, maxCopies: 50, maxLoads: 20 });
afterAll(() => pool.close());

const many = (count: number) => Array.from({ length: count }, (_, i) => `F${i}: this.Notes`).join(', ');
const notes = { Notes: 'n'.repeat(4_000) };

describe('What a script may make of one document', () => {
  it.each([
    ['a projection', `loadToUsers({ ${many(300)} })`],
    [
      'loads that are completed outside of the sandbox',
      `for (let i = 0; i < 40; i++) loadToParts({ i, ${many(10)} })`,
    ],
    ['loads of the document as it is stored', `for (let i = 0; i < 40; i++) loadToParts({ ...this, i })`],
    ['text that is made inside', `loadToUsers({ text: 'x'.repeat(200000) })`],
    [
      'a script that catches what stops it',
      `try { loadToUsers({ text: 'x'.repeat(200000) }) } catch {} loadToParts({})`,
    ],
  ])('has an end in size, with a reason: %s', async (_, script) => {
    const [big, small] = await runScript(pool, script, [user(1, notes), user(2, { Notes: 'n', n: 2 })]);
    expect(failureOf(big)).toMatchObject({
      kind: 'too-much',
      reason: expect.stringContaining('100000 characters'),
    });
    if (!script.includes('repeat')) expect(small?.status).toBe('done');
  });

  it('has an end in copies', async () => {
    const [output] = await runScript(pool, 'for (let i = 0; i < 51; i++) loadToParts({ i: i * 1 })');
    expect(failureOf(output)).toMatchObject({ kind: 'too-much', reason: 'it has more than 50 loads' });
  });

  it('may be twice the document, however large that is', async () => {
    const [output] = await runScript(pool, 'loadToUsers(this)', [user(1, { Notes: 'n'.repeat(300_000) })]);
    expect(commandsOf(output)).toHaveLength(1);
  });

  it('has an end in documents that it asks for, in one round and in all of them', async () => {
    const questions: number[] = [];
    const load = async (ids: string[]) => {
      questions.push(ids.length);
      return ids.map((id) => Buffer.from(`{"Next":"${id}x"}`));
    };
    const ask = (count: string) => `for (let i = 0; i < ${count}; i++) load('a/' + i); loadToUsers({})`;
    const [at20, at21] = [
      await runScript(pool, ask('20'), [user(1)], load),
      await runScript(pool, ask('21'), [user(1)], load),
    ];
    expect(at20[0]?.status).toBe('done');
    expect(failureOf(at21[0])).toMatchObject({ kind: 'too-much' });
    const chain = `const a = []; for (let i = 0; i < 8; i++) a.push(load(load(load('a/' + i).Next).Next)); loadToUsers({})`;
    expect(failureOf((await runScript(pool, chain, [user(1)], load))[0])).toMatchObject({ kind: 'too-much' });
    expect(Math.max(...questions)).toBeLessThanOrEqual(20);
  });
});

it('A question to the store has a bounded number of ids, however many documents ask', async () => {
  const questions: number[] = [];
  const load = async (ids: string[]) => {
    questions.push(ids.length);
    return ids.map(() => Buffer.from('{"A":1}'));
  };
  const inputs = Array.from({ length: 200 }, (_, i) => user(i, { i }));
  const script =
    'let n = 0; for (let k = 0; k < 20; k++) n += load(`p/${this.i}/${k}`).A; loadToUsers({ n })';
  const outputs = await runScript(pool, script, inputs, load);
  expect(outputs.map((output) => commandsOf(output).length)).toEqual(inputs.map(() => 1));
  expect(Math.max(...questions)).toBeLessThanOrEqual(256);
});

it('A batch ends where its output fills it, and the rest can be asked for', async () => {
  const roomy = new ScriptPool({ maxWorkers: 1 });
  const inputs = Array.from({ length: 60 }, (_, i) => user(i, { i }));
  const runner = await roomy.open({
    name: 'test',
    collection: 'Users',
    script: 'loadToUsers({ i: this.i, text: "x".repeat(1000000) })',
  });
  const sizes: number[] = [];
  const done: string[] = [];
  while (done.length < inputs.length) {
    const outputs = await runner.transform(inputs.slice(done.length), loadsNothing);
    sizes.push(outputs.length);
    done.push(...outputs.map(({ id }) => id));
  }
  expect(done).toEqual(inputs.map(({ id }) => id));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(12);
  await roomy.close();
});

it('Budgets can change while a script is open: each batch has those that hold when it begins', async () => {
  const budgets = { maxLoads: 1, maxOutput: 1_000, maxCopies: 1 };
  const live = new ScriptPool({ maxWorkers: 1, budgets: () => ({ ...budgets }) });
  const scripts = {
    maxOutput: `loadToUsers({ text: 'x'.repeat(2000) })`,
    maxCopies: `for (let i = 0; i < 3; i++) loadToParts({ i: i * 1 })`,
    maxLoads: `let n = 0; for (let i = 0; i < 3; i++) n += load('a/' + i)?.n ?? 0; loadToUsers({ n })`,
  };
  for (const [name, script] of Object.entries(scripts) as [keyof typeof scripts, string][]) {
    const runner = await live.open({ name: 'test', collection: 'Users', script });
    const run = async () => (await runner.transform([user(1, { n: 1 })], loadsNothing))[0];
    const before = budgets[name];
    expect(failureOf(await run())).toMatchObject({ kind: 'too-much' });
    budgets[name] = 4_000;
    expect(await run()).toMatchObject({ status: 'done' });
    budgets[name] = before;
    expect(failureOf(await run())).toMatchObject({ kind: 'too-much' });
    runner.close();
  }
  await live.close();
});
