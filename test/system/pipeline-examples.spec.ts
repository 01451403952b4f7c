import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readDefinition, runTests } from '@nestjs-spark/pipelines';

const folder = join(import.meta.dirname, '../../examples/pipelines');
const examples = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('the examples of pipelines', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThan(1);
  });

  it.each(examples)('%s is accepted, has tests, and passes them', async (name) => {
    const results = await runTests(readDefinition(readFileSync(join(folder, name), 'utf8')));
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});
