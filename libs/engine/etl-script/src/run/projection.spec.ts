import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { documentText, projectionScript } from '../../testing/arbitrary-projections.ts';
import { canonicalJson, spellings } from '../../testing/canonical-json.ts';
import { commandsOf, failureOf, fieldsOf, loadsNothing, runScript, user } from '../../testing/run-script.ts';
import { compileScript } from '../compile/compile-script.ts';
import type { ScriptInput } from '../types.ts';
import { ScriptPool } from './script-pool.ts';

const pool = new ScriptPool({ maxWorkers: 1 });
afterAll(() => pool.close());
const run = async (script: string, document: string) =>
  (await runScript(pool, script, [user(1, document)]))[0];
const isProjection = (script: string) =>
  compileScript({ name: 'test', collection: 'Users', script }).projection !== null;
// Runners are left open, so that the next one takes over their worker.
const transform = async (script: string, inputs: ScriptInput[]) =>
  (await pool.open({ name: 'test', collection: 'Users', script })).transform(inputs, loadsNothing);
// A statement without effect that keeps a script from being read instead of run.
const inSandbox = (script: string) => `0;\n${script}`;

describe('A script that only picks, read instead of run', () => {
  it('gives what the sandbox gives, for any document', async () => {
    await fc.assert(
      fc.asyncProperty(
        projectionScript,
        fc.array(documentText, { minLength: 1, maxLength: 20 }),
        async (script, documents) => {
          expect(isProjection(script)).toBe(true);
          expect(isProjection(inSandbox(script))).toBe(false);
          const inputs = documents.map((text, i) => user(i, text));
          const read = await transform(script, inputs);
          const ran = await transform(inSandbox(script), inputs);
          documents.forEach((text, i) => {
            const known = spellings(text, script);
            const normal = (output: (typeof read)[number] | undefined) =>
              commandsOf(output).map((command) =>
                command.type === 'put'
                  ? {
                      ...command,
                      fields: canonicalJson(command.fields, known),
                      metadata: canonicalJson(command.metadata ?? '{}', known),
                    }
                  : command,
              );
            expect(normal(read[i])).toEqual(normal(ran[i]));
          });
        },
      ),
      // Each run opens a sandbox: shrinking would take minutes, the seed is enough.
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('passes values on exactly as written and reads a missing field as null', async () => {
    const document =
      '{ "a" : 1.10 ,"\\u0062":"\\u0041\\/\\"\\\\","c":{"2":1, "1":[1e3 ,-0]},"d":1.1,"e":9007199254740993,"@metadata":{"@collection":"Users"}}';
    expect(
      fieldsOf(
        await run(
          'loadToUsers({ a: this.a, b: this.b, c: [this.c], d: this.d, e: this.e, f: this.f, g: 1.10 })',
          document,
        ),
      ),
    ).toBe(
      '{"a":1.10,"b":"\\u0041\\/\\"\\\\","c":[{"2":1, "1":[1e3 ,-0]}],"d":1.1,"e":9007199254740993,"f":null,"g":1.1}',
    );
  });

  it('knows the id and numbers the loads into other collections', async () => {
    const script =
      "loadToPeople({ of: id(this) }); loadTo('People', { '@metadata': { '@collection': 'Zed', own: 1 } })";
    expect(commandsOf(await run(script, '{}'))).toEqual([
      { type: 'delete-prefix', prefix: 'users/1-A/people/' },
      {
        type: 'put',
        id: 'users/1-A/people/0000000000000000001',
        collection: 'People',
        fields: '{"of":"users/1-A"}',
      },
      {
        type: 'put',
        id: 'users/1-A/people/0000000000000000002',
        collection: 'People',
        fields: '{}',
        metadata: '{"own":1}',
      },
    ]);
  });

  it('sets a document aside whose text is broken, and goes on', async () => {
    const outputs = await runScript(pool, 'loadToUsers({ a: this.a })', [
      user(1, { a: 1 }),
      user(2, '{"b":"'),
      user(3, { a: 3 }),
    ]);
    expect(outputs.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    // Seen before it goes in, so that no worker is lost over it.
    expect(failureOf(outputs[1])).toMatchObject({
      kind: 'thrown',
      reason: 'the document is not a JSON object',
    });
  });

  it('shares a worker with scripts that run', async () => {
    const written: string[] = [];
    for (const value of ['this.a', 'this.a + 1', 'this.a', '[this.a, 2]']) {
      const [output] = await transform(`loadToUsers({ v: ${value} })`, [user(1, { a: 1 })]);
      written.push(fieldsOf(output));
    }
    expect(written).toEqual(['{"v":1}', '{"v":2}', '{"v":1}', '{"v":[1,2]}']);
  });
});
