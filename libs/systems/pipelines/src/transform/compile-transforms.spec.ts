import { afterAll, describe, expect, it } from '@jest/globals';
import type { PipelineDefinition, TransformDefinition } from '../definition/types.ts';
import { compileTransforms } from './compile-transforms.ts';
import { Scripts } from './script-step.ts';
import { runTests } from './run-tests.ts';

const definition = (
  transforms: TransformDefinition[],
  more: Partial<PipelineDefinition> = {},
): PipelineDefinition => ({
  pipelineId: 'p',
  name: 'P',
  source: { type: 'generate' },
  sink: { type: 'log' },
  transforms,
  ...more,
});
const scripts = new Scripts();
afterAll(() => scripts.close());

async function outcomeOf(declared: PipelineDefinition, record: object) {
  const { transform, close } = compileTransforms(declared, scripts);
  const [outcome] = await transform([{ fields: { ...record }, meta: { partition: 'p', offset: 3 } }]);
  close();
  return outcome;
}

const through = (record: object, ...transforms: TransformDefinition[]) =>
  outcomeOf(definition(transforms), record);

describe('a transform', () => {
  it('leaves out what a filter does not want, and fails where that is not known', async () => {
    const adults: TransformDefinition = { type: 'filter', condition: 'age > 18' };
    expect(await through({ age: 40 }, adults)).toEqual({ kind: 'out', fields: { age: 40 } });
    expect(await through({ age: 17 }, adults)).toEqual({ kind: 'filtered' });
    expect(await through({ name: 'x' }, adults)).toMatchObject({ kind: 'failed', step: 'transforms/0' });
  });

  it('sets fields from the record as it was, and removes others', async () => {
    const swap: TransformDefinition = {
      type: 'map',
      set: { a: 'b', b: 'a', at: 'meta.offset' },
      remove: ['c'],
    };
    expect(await through({ a: 1, b: 2, c: 3 }, swap)).toEqual({ kind: 'out', fields: { a: 2, b: 1, at: 3 } });
  });

  it('keeps the fields of a projection and gives others their names', async () => {
    const steps: TransformDefinition[] = [
      { type: 'project', fields: ['a', 'b'] },
      { type: 'rename', fields: { a: 'x' } },
    ];
    expect(await through({ a: 1, b: 2, c: 3 }, ...steps)).toEqual({ kind: 'out', fields: { x: 1, b: 2 } });
  });

  it.each<[object, Record<string, string>, object]>([
    [{ a: 1, b: 2 }, { a: 'b' }, { b: 1 }],
    [{ b: 2, a: 1 }, { a: 'b' }, { b: 1 }],
    [{ b: 2 }, { a: 'b' }, { b: 2 }],
    [
      { a: 1, b: 2 },
      { a: 'b', b: 'a' },
      { a: 2, b: 1 },
    ],
    [
      { c: 3, a: 1, b: 2 },
      { a: 'b', b: 'c' },
      { b: 1, c: 2 },
    ],
  ])(
    'gives a field its new name wherever another of that name is in the record: %j by %j',
    async (record, fields, out) => {
      expect(await through(record, { type: 'rename', fields })).toEqual({ kind: 'out', fields: out });
    },
  );

  it('fails a record that its schema does not accept, and says which step and why', async () => {
    const schema = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } };
    const outcome = await through(
      { id: 'x' },
      { type: 'project', fields: ['id'] },
      { type: 'validate', schema },
    );
    expect(outcome).toEqual({
      kind: 'failed',
      step: 'transforms/1',
      reason: 'id must be a whole number, not the string "x"',
    });
    const first = await outcomeOf(definition([], { schema }), {});
    expect(first).toMatchObject({ kind: 'failed', step: 'schema' });
  });
});

describe('a script', () => {
  const script = (code: string, record: object) => through(record, { type: 'script', code });

  it('gives the record that it loads, or none where it loads none', async () => {
    const code = 'if (this.age >= 18) loadToOut({ name: this.name.toUpperCase() });';
    expect(await script(code, { name: 'Ann', age: 40 })).toEqual({ kind: 'out', fields: { name: 'ANN' } });
    expect(await script(code, { name: 'Bob', age: 4 })).toEqual({ kind: 'filtered' });
  });

  it('fails only the record that it throws for, or that it loads more than one of', async () => {
    expect(await script('if (this.a) throw new Error("no"); loadToOut({});', { a: 1 })).toMatchObject({
      kind: 'failed',
      step: 'transforms/0',
    });
    expect(await script('loadToOut({}); loadToOut({});', {})).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('at most one'),
    });
  });

  it('that never ends is stopped, and the next record is processed', async () => {
    const code = 'while (this.loops) {} loadToOut({ id: this.id });';
    expect(await script(code, { loops: true })).toMatchObject({ kind: 'failed' });
    expect(await script(code, { id: 2 })).toEqual({ kind: 'out', fields: { id: 2 } });
  });

  it('reaches nothing of the process', async () => {
    const names = ['process', 'require', 'fetch', 'globalThis.process', 'WebAssembly', 'setTimeout'];
    const code = `loadToOut({ types: [${names.map((name) => `typeof ${name}`).join(', ')}] });`;
    expect(await script(code, {})).toEqual({
      kind: 'out',
      fields: { types: names.map(() => 'undefined') },
    });
  });
});

describe("a definition's own tests", () => {
  it('pass where the output is as it says, and fail with what came instead', async () => {
    const input = [{ id: 1, age: 17 }, { id: 2, age: 40 }, { id: 3 }];
    const adults: TransformDefinition = { type: 'filter', condition: 'age > 18' };
    const tests = [
      { name: 'right', input, output: [{ age: 40, id: 2 }] },
      { name: 'wrong', input, output: [] },
    ];
    const [right, wrong] = await runTests(definition([adults], { tests }));
    expect(right?.passed).toBe(true);
    expect(wrong).toMatchObject({ passed: false, output: [{ id: 2, age: 40 }] });
    expect(wrong?.failures).toHaveLength(1);
  });
});
