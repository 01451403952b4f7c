import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const folder = join(import.meta.dirname, '..', '..', '.github', 'workflows');
const files = readdirSync(folder);
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');

describe('the workflows', () => {
  it('are there', () => expect(files).toContain('ci.yml'));

  it.each(files)('%s: uses actions by commit, followed by their version', (file) => {
    const uses = textOf(file)
      .split('\n')
      .filter((line) => /^\s*(?:- )?uses:/.test(line))
      .map((line) => line.trim());
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((line) => !/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v[\d.]+$/.test(line))).toEqual([]);
  });

  it.each(files)('%s: says which permissions it has, since all are the default', (file) => {
    expect(textOf(file)).toMatch(/^permissions:/m);
  });
});
