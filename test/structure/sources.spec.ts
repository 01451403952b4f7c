import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isBuilt } from '../../tools/build.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const MOST_LINES = 300;

/** Files that are longer and are known; none is added, and whoever shortens one takes it out. */
const LONGER: readonly string[] = [
  // One program that is sent as text into the sandbox: it cannot import.
  'libs/engine/etl-script/src/guest/guest-program.ts',
];

/** What specs and fixtures import and nothing that is shipped may. */
const OF_TESTING =
  /from '(@jest\/|@nestjs-spark\/testing|@nestjs-spark\/servers\/testing|fast-check|(\.\.?\/)+[^']*\/(fixtures|testing)\/)/;

/** These are for tests themselves. */
const FOR_TESTS = /^libs\/(tools\/(testing|servers)|entry\/core-testing)\//;

async function sources(): Promise<{ file: string; text: string }[]> {
  const libraries = (await readdir(join(REPOSITORY, 'libs'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => /^libs\/[^/]+\/[^/]+\/(src|web)\//.test(file));
  return Promise.all(
    libraries.map(async (file) => ({ file, text: await readFile(join(REPOSITORY, file), 'utf8') })),
  );
}

const all = await sources();

describe('the sources of the libraries', () => {
  it('are all looked at', () => {
    expect(all.length).toBeGreaterThan(500);
  });

  it(`stop at ${MOST_LINES} lines`, () => {
    const longer = all
      .filter(({ file, text }) => !file.endsWith('.spec.ts') && text.split('\n').length - 1 > MOST_LINES)
      .map(({ file }) => file);
    expect(longer.toSorted()).toEqual(LONGER.toSorted());
  });

  it('have nothing of testing in what is shipped', () => {
    const shipped = all.filter(({ file }) => isBuilt(file) && !FOR_TESTS.test(file));
    expect(shipped.some(({ file }) => file.endsWith('/index.ts'))).toBe(true);
    const testing = shipped.filter(
      ({ file, text }) =>
        /\/(testing|fixtures)\/|\.(spec|conformance)\.ts$/.test(file) || OF_TESTING.test(text),
    );
    expect(testing.map(({ file }) => file)).toEqual([]);
  });
});
