import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blocksOf, markdownPages } from './read-blocks.ts';

const MINUTE = 60_000;
const root = join(import.meta.dirname, '..', '..');
const blocks = markdownPages(root).flatMap((page) => blocksOf(root, page));

/** Inside the repository, so that packages are found. */
let folder = '';

beforeAll(() => {
  mkdirSync(join(root, '.spark'), { recursive: true });
  folder = mkdtempSync(join(root, '.spark', 'blocks-'));
  for (const { page, number, code } of blocks) {
    const place = join(folder, page.replaceAll(/[/.]/g, '-'), String(number));
    // Files that a page takes for granted. A page's own files are in blocks of their own, and read the same stand-ins.
    cpSync(join(import.meta.dirname, 'stand-ins'), place, { recursive: true });
    writeFileSync(join(place, 'block.ts'), code);
  }
  const compilerOptions = {
    types: ['node', 'jest-globals'],
    typeRoots: [join(root, 'node_modules', '@types'), join(folder, 'types')],
    allowImportingTsExtensions: true,
    noEmit: true,
    strictPropertyInitialization: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noImplicitReturns: false,
    erasableSyntaxOnly: false,
    verbatimModuleSyntax: false,
  };
  mkdirSync(join(folder, 'types', 'jest-globals'), { recursive: true });
  writeFileSync(join(folder, 'types', 'jest-globals', 'index.d.ts'), GLOBALS);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions,
      include: ['**/*.ts'],
      exclude: [],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What jest and vitest put into every test file. */
const GLOBALS = `import type * as jest from '@jest/globals';
declare global {
  const describe: typeof jest.describe;
  const it: typeof jest.it;
  const expect: typeof jest.expect;
  const beforeAll: typeof jest.beforeAll;
  const afterAll: typeof jest.afterAll;
}
`;

describe('the blocks of TypeScript in the documents', () => {
  it('are found, and each begins with what it imports', () => {
    expect(blocks.length).toBeGreaterThan(50);
    expect(blocks.filter(({ code }) => !/^import /m.test(code)).map(({ page }) => page)).toEqual([]);
  });

  it(
    'compile',
    async () => {
      const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const found = await promisify(execFile)(
        process.execPath,
        [compiler, '--project', folder, '--pretty', 'false'],
        {
          cwd: folder,
        },
      ).then(
        () => '',
        ({ stdout }: { stdout: string }) => stdout,
      );
      expect(found).toBe('');
    },
    2 * MINUTE,
  );
});
