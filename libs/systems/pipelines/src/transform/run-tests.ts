import { isDeepStrictEqual } from 'node:util';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import { compileTransforms } from './compile-transforms.ts';

/** How one of a definition's own tests went. */
export interface TestResult {
  name: string;
  passed: boolean;
  output: readonly Fields[];
  expected: readonly Fields[];
  /** Why records failed, each with the step. */
  failures: readonly string[];
}

/** Runs the tests that stand in a definition: nothing is read and nothing is written. */
export function runTests(definition: PipelineDefinition): TestResult[] {
  const transform = compileTransforms(definition);
  return (definition.tests ?? []).map(({ name, input, output: expected }) => {
    const outcomes = input.map((fields, offset) => transform(fields, { partition: 'test', offset }));
    const output = outcomes.flatMap((outcome) => (outcome.kind === 'out' ? [outcome.fields] : []));
    const failures = outcomes.flatMap((outcome) =>
      outcome.kind === 'failed' ? [`${outcome.step}: ${outcome.reason}`] : [],
    );
    return { name, passed: isDeepStrictEqual(plain(output), plain(expected)), output, expected, failures };
  });
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
