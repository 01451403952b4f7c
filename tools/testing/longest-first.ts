import loaded from '@jest/test-sequencer';
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from './durations.ts';

// Its declarations are those of its CommonJS entry point; when imported, the default is the class itself.
const JestSequencer = loaded as unknown as typeof loaded.default;
type Tests = Parameters<loaded.default['sort']>[0];

/**
 * The longest suites begin first, so that none of them runs alone at the end while other workers are idle. Durations are known
 * from the last run on this machine or, on a new one, from `durations.json`; an unknown suite counts as short.
 */
export default class LongestFirst extends JestSequencer {
  readonly #seconds = JSON.parse(readFileSync(join(import.meta.dirname, 'durations.json'), 'utf8')) as Record<
    string,
    number
  >;

  override async sort(tests: Tests): Promise<Tests> {
    // oxlint-disable-next-line unicorn/no-array-sort -- not an array
    const sorted = await super.sort(tests);
    const weight = ({ path, duration }: Tests[number]) =>
      duration ?? 1_000 * (this.#seconds[relative(root, path).replaceAll(sep, '/')] ?? 0);
    return sorted.toSorted((one, other) => weight(other) - weight(one));
  }
}
