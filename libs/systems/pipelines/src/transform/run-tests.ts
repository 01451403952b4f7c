import { isDeepStrictEqual } from 'node:util';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import { compileTransforms } from './compile-transforms.ts';
import { Scripts } from './script-step.ts';
import { RunFailedError } from '../connect/ports.ts';

/** The result of one of a definition's own tests. */
export interface TestResult {
  name: string;
  passed: boolean;
  output: readonly Fields[];
  expected: readonly Fields[];
  /** Why records failed, each with its step. */
  failures: readonly string[];
}

/**
 * Runs the tests in a definition, without reading the source or writing to the sink.
 * @throws {RunFailedError} if they take more than 15 s: split the definition's tests, or make its scripts faster
 */
export async function runTests(definition: PipelineDefinition): Promise<TestResult[]> {
  const scripts = new Scripts();
  try {
    return await runTestsWith(definition, scripts, AbortSignal.timeout(TESTS_MS));
  } finally {
    await scripts.close();
  }
}

/** @throws {RunFailedError} if the signal is aborted before the last test */
export async function runTestsWith(
  definition: PipelineDefinition,
  scripts: Scripts,
  signal: AbortSignal,
): Promise<TestResult[]> {
  const { transform, close } = compileTransforms(definition, scripts);
  try {
    const results: TestResult[] = [];
    for (const { name, input, output: expected } of definition.tests ?? []) {
      if (signal.aborted)
        throw new RunFailedError(`The tests took too long; ${JSON.stringify(name)} was not run`);
      const records = input.map((fields, offset) => ({ fields, meta: { partition: 'test', offset } }));
      const outcomes = await transform(records);
      const output = outcomes.flatMap((outcome) => (outcome.kind === 'out' ? [outcome.fields] : []));
      const failures = outcomes.flatMap((outcome) =>
        outcome.kind === 'failed' ? [`${outcome.step}: ${outcome.reason}`] : [],
      );
      const passed = isDeepStrictEqual(plain(output), plain(expected));
      results.push({ name, passed, output, expected, failures });
    }
    return results;
  } finally {
    close();
  }
}

export const TESTS_MS = 15_000;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
