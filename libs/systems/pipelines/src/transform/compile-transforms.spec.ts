import { describe, expect, it } from '@jest/globals';
import type { PipelineDefinition, TransformDefinition } from '../definition/types.ts';
import { compileTransforms } from './compile-transforms.ts';
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
const through = (record: object, ...transforms: TransformDefinition[]) =>
  compileTransforms(definition(transforms))({ ...record }, { partition: 'p', offset: 3 });

describe('a transform', () => {
  it('leaves out what a filter does not want, and fails where that is not known', () => {
    const adults: TransformDefinition = { type: 'filter', condition: 'age > 18' };
    expect(through({ age: 40 }, adults)).toEqual({ kind: 'out', fields: { age: 40 } });
    expect(through({ age: 17 }, adults)).toEqual({ kind: 'filtered' });
    expect(through({ name: 'x' }, adults)).toMatchObject({ kind: 'failed', step: 'transforms/0' });
  });

  it('sets fields from the record as it was, and removes others', () => {
    const swap: TransformDefinition = {
      type: 'map',
      set: { a: 'b', b: 'a', at: 'meta.offset' },
      remove: ['c'],
    };
    expect(through({ a: 1, b: 2, c: 3 }, swap)).toEqual({ kind: 'out', fields: { a: 2, b: 1, at: 3 } });
  });

  it('keeps the fields of a projection and gives others their names', () => {
    const steps: TransformDefinition[] = [
      { type: 'project', fields: ['a', 'b'] },
      { type: 'rename', fields: { a: 'x' } },
    ];
    expect(through({ a: 1, b: 2, c: 3 }, ...steps)).toEqual({ kind: 'out', fields: { x: 1, b: 2 } });
  });

  it('fails a record that its schema does not accept, and says which step and why', () => {
    const schema = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } };
    const outcome = through({ id: 'x' }, { type: 'project', fields: ['id'] }, { type: 'validate', schema });
    expect(outcome).toEqual({ kind: 'failed', step: 'transforms/1', reason: 'record/id must be integer' });
    const first = compileTransforms(definition([], { schema }))({}, {});
    expect(first).toMatchObject({ kind: 'failed', step: 'schema' });
  });
});

describe("a definition's own tests", () => {
  it('pass where the output is as it says, and fail with what came instead', () => {
    const input = [{ id: 1, age: 17 }, { id: 2, age: 40 }, { id: 3 }];
    const adults: TransformDefinition = { type: 'filter', condition: 'age > 18' };
    const tests = [
      { name: 'right', input, output: [{ age: 40, id: 2 }] },
      { name: 'wrong', input, output: [] },
    ];
    const [right, wrong] = runTests(definition([adults], { tests }));
    expect(right?.passed).toBe(true);
    expect(wrong).toMatchObject({ passed: false, output: [{ id: 2, age: 40 }] });
    expect(wrong?.failures).toHaveLength(1);
  });
});
