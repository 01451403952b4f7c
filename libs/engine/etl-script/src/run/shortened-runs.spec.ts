import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { etlDocument, etlScript } from '../../testing/arbitrary-scripts.ts';
import { fieldsOf, loadsNothing, runScript, user } from '../../testing/run-script.ts';
import { compileScript } from '../compile/compile-script.ts';
import type { ScriptOutput } from '../types.ts';
import { ScriptPool } from './script-pool.ts';

const pool = new ScriptPool({ maxWorkers: 1 });
afterAll(() => pool.close());
const compiled = (script: string) => compileScript({ name: 'test', collection: 'Users', script });
// A script that speaks of our own names is never shortened.
const whole = (script: string) => `${script}\n// $etl_`;
const run = async (script: string, document: string) =>
  (await runScript(pool, script, [user(1, document)]))[0];

describe('What need not go into the sandbox', () => {
  it('makes no difference: the same commands and failures as with the whole document in and out', async () => {
    let shortened = 0;
    await fc.assert(
      fc.asyncProperty(
        etlScript,
        fc.array(etlDocument, { minLength: 4, maxLength: 4 }),
        async (script, documents) => {
          const { picked, patch } = compiled(script);
          if (picked || patch) shortened++;
          expect(compiled(whole(script))).toMatchObject({ picked: null, patch: null });
          const inputs = documents.map((text, i) => user(i, text));
          const transform = async (text: string) =>
            (await pool.open({ name: 'test', collection: 'Users', script: text })).transform(
              inputs,
              loadsNothing,
            );
          const short = await transform(script);
          const full = await transform(whole(script));
          expect(short.map(normal)).toEqual(full.map(normal));
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
    expect(shortened).toBeGreaterThan(10);
  }, 240_000);

  it('is decided by reading: what is picked stays outside, what may change comes back', () => {
    expect(compiled('if (this.A) loadToUsers({ b: this.B, c: this.C + 1 })')).toMatchObject({
      fields: ['A', 'C'],
      picked: { fields: ['B'] },
    });
    expect(compiled('this.A = 1; this.L.push(2); loadToUsers(this)')).toMatchObject({
      patch: { written: ['A'] },
      leavesAlone: false,
    });
    for (const script of [
      'const d = this; d.A = 1; loadToUsers(this)',
      'for (const k in this) this[k] = 1; loadToUsers(this)',
      'function f() { this.A = 1 } f.call(this); loadToUsers(this)',
      'Object.assign(this, {}); loadToUsers(this)',
      'eval("this.A = 1"); loadToUsers(this)',
      'this.toString = 1; loadToUsers(this)',
    ])
      expect([script, compiled(script).patch]).toEqual([script, null]);
    for (const script of [
      'this.A = 1; loadToUsers({ a: this.A, b: this.B })',
      'function f() { loadToUsers({ a: this.A }) } f.call({ A: 1 })',
      'if (this.A) loadToUsers({ a: this.A, ...this.B })',
      'if (this.A) loadToUsers({ a: this.A /* */ })',
      'loadToUsers({ a: arguments.length, b: this.B })',
    ])
      expect([script, compiled(script).picked]).toEqual([script, null]);
  });

  it('keeps lines and columns of what fails', async () => {
    const script =
      'if (this.A)\n  loadToUsers({ a: this.A, // picked\n    b: this.B, c: [this.A, this.A.nope()] });';
    expect(compiled(script).picked).not.toBeNull();
    const [short, full] = [await run(script, '{"A":"x"}'), await run(whole(script), '{"A":"x"}')];
    expect(short).toMatchObject({ failure: { line: 3, reason: 'TypeError: this.A.nope is not a function' } });
    expect(short).toEqual(full);
  });

  it('passes what is not touched exactly as written', async () => {
    const document =
      '{ "big":9007199254740993, "d": 1.10,"e":1E+3,"z":-0,"t":"2020-01-01T00:00:00.1234567Z","u":"\\u0041😀","o":{"2":1, "1":[]},"A":1.0}';
    expect(fieldsOf(await run('this.A = 2; loadToUsers(this)', document))).toBe(
      '{"big":9007199254740993,"d": 1.10,"e":1E+3,"z":-0,"t":"2020-01-01T00:00:00.1234567Z","u":"\\u0041😀","o":{"2":1, "1":[]},"A":2}',
    );
    expect(
      fieldsOf(
        await run('if (this.A) loadToUsers({ b: this.big, z: [this.z, this.e], o: this.o })', document),
      ),
    ).toBe('{"b":9007199254740993,"z":[-0,1E+3],"o":{"2":1, "1":[]}}');
  });

  it('takes wide and deep documents, every id and every text, and writes half characters as RavenDB does', async () => {
    const wide = `{${Array.from({ length: 3_000 }, (_, i) => `"f${i}":${i}.50`).join(',')}}`;
    expect(fieldsOf(await run('this.f7 = 1; loadToUsers(this)', wide))).toBe(
      wide.replace('"f7":7.50', '"f7":1'),
    );
    const deep = `{"a":${'['.repeat(300)}1.0${']'.repeat(300)},"b":1}`;
    expect(fieldsOf(await run('this.b++; loadToUsers(this)', deep))).toBe(deep.replace('"b":1', '"b":2'));
    const ids = ['Users/Ä', 'users/"q"\\', 'users/😀\n\t', 'users/a b|c', "users/'", 'USERS/1'];
    for (const script of [
      'loadToUsers({ i: id(this) })',
      'if (this.n) loadToUsers({ i: id(this), n: this.n })',
    ]) {
      const outputs = await runScript(
        pool,
        script,
        ids.map((id) => ({ ...user(1, { n: 1 }), id })),
      );
      expect(outputs.map(({ id }) => id)).toEqual(ids);
      expect(outputs.map((output) => (JSON.parse(fieldsOf(output)) as { i: string }).i)).toEqual(ids);
    }
    expect(fieldsOf(await run('loadToUsers({ a: "\\ud800x" + this.n, b: "\\\\ud800" })', '{"n":1}'))).toBe(
      '{"a":"\ufffdx1","b":"\\\\ud800"}',
    );
  });
});

/** Numbers by their value: a constant of the script keeps its own spelling where it does not go through the sandbox. */
function normal(output: ScriptOutput | undefined): unknown {
  if (output?.status !== 'done') return output;
  return output.commands.map((command) =>
    command.type === 'put'
      ? {
          ...command,
          fields: JSON.parse(command.fields) as unknown,
          metadata: JSON.parse(command.metadata ?? '{}') as unknown,
        }
      : command,
  );
}
