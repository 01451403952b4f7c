import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from './build.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spark-build-'));
  put('package.json', '{ "type": "module" }');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const run = (path: string) => execFileSync(process.execPath, [join(root, path)], { encoding: 'utf8' });

describe('the build', () => {
  it('makes apps and libraries that Node runs, dynamic imports included', async () => {
    put('apps/fleet/main.ts', `import { car } from './cars/car.ts';\nconsole.log(car(1 as number));\n`);
    put('apps/fleet/cars/car.ts', 'export const car = (id: number): string => `cars/${id}`;\n');
    put('libs/base/a/src/index.ts', `const { b } = await import('./b.ts');\nconsole.log(b);\n`);
    put('libs/base/a/src/b.ts', `export const b: string = 'b';\n`);
    expect(await build(root)).toBe(4);
    expect(run('dist/apps/fleet/main.js')).toBe('cars/1\n');
    expect(run('libs/base/a/dist/index.js')).toBe('b\n');
  });

  it('makes a command that a shell runs', async () => {
    put('libs/tools/cli/src/main.ts', `#!/usr/bin/env node\nconsole.log('done' as string);\n`);
    await build(root);
    const command = join(root, 'libs/tools/cli/dist/main.js');
    expect(execFileSync(command, { encoding: 'utf8' })).toBe('done\n');
  });

  it('keeps the types of decorated constructors, which injection needs', async () => {
    const source = `
      const mark = (target: Function) => void target;
      Object.assign(Reflect, { metadata: (key: string, value: unknown) => () => console.log(key, value) });
      class Engine {}
      @mark class Car { constructor(readonly engine: Engine) {} }
      void Car;
    `;
    put('apps/fleet/main.ts', source);
    await build(root);
    expect(run('dist/apps/fleet/main.js')).toContain('design:paramtypes [ [class Engine] ]');
  });

  it('says of the first build that it is the first, and not of a later one', async () => {
    const said: boolean[] = [];
    for (const text of ['1', '2']) {
      put('libs/base/a/src/index.ts', `export const a = ${text};\n`);
      await build(root, (isFirst) => void said.push(isFirst));
    }
    expect(said).toEqual([true, false]);
  });

  it('leaves specs and their fixtures out, and takes other files along', async () => {
    put('libs/base/a/src/a.spec.ts', '');
    put('libs/base/a/src/fixtures/b.ts', '');
    put('libs/base/a/src/words.json', '{}');
    expect(await build(root)).toBe(1);
    expect(existsSync(join(root, 'libs/base/a/dist/words.json'))).toBe(true);
  });

  it('removes what was built from a source that is gone', async () => {
    put('libs/base/a/dist/old.js', '');
    put('dist/apps/gone/main.js', '');
    put('libs/base/a/src/index.ts', 'export {};\n');
    await build(root);
    expect(existsSync(join(root, 'libs/base/a/dist/old.js'))).toBe(false);
    expect(existsSync(join(root, 'dist/apps/gone'))).toBe(false);
  });

  it('builds again what has changed, and nothing else', async () => {
    put('apps/fleet/main.ts', `console.log('fleet');\n`);
    put('libs/base/a/src/index.ts', `export const a = 1;\n`);
    put('libs/base/a/src/b.ts', `export const b = 1;\n`);
    expect(await build(root)).toBe(3);
    expect(await build(root)).toBe(0);
    put('libs/base/a/src/index.ts', `export const a = 2;\n`);
    expect(await build(root)).toBe(2);
    expect(readFileSync(join(root, 'libs/base/a/dist/index.js'), 'utf8')).toContain('a = 2');
    rmSync(join(root, 'libs/base/a/src/b.ts'));
    expect(await build(root)).toBe(1);
    expect(existsSync(join(root, 'libs/base/a/dist/b.js'))).toBe(false);
    expect(await build(root)).toBe(0);
  });

  it.each<[what: string, change: () => void]>([
    ['a file of it is gone', () => rmSync(join(root, 'libs/base/a/dist/b.js'))],
    ['all of it is gone', () => rmSync(join(root, 'libs/base/a/dist'), { recursive: true })],
    ['a file of it was written over', () => put('libs/base/a/dist/b.js', 'throw new Error();')],
    ['a file was added to it', () => put('libs/base/a/dist/c.js', '')],
    ['the record of the last build is gone', () => rmSync(join(root, 'dist/built.json'))],
    ['the record of the last build is cut off', () => put('dist/built.json', '{"tool"')],
  ])('builds what it has built once more when %s', async (_, change) => {
    put('libs/base/a/src/index.ts', `export { b } from './b.ts';\n`);
    put('libs/base/a/src/b.ts', `export const b = 'b';\n`);
    await build(root);
    change();
    expect(await build(root)).toBe(2);
    expect(readFileSync(join(root, 'libs/base/a/dist/b.js'), 'utf8')).toContain("b = 'b'");
    expect(existsSync(join(root, 'libs/base/a/dist/c.js'))).toBe(false);
  });

  it('waits for another one of the same folder, and takes what that has built', async () => {
    put('apps/fleet/main.ts', `console.log('fleet');\n`);
    put('libs/base/a/src/index.ts', `export const a = 1;\n`);
    const counts = await Promise.all([build(root), build(root)]);
    expect(counts.toSorted()).toEqual([0, 2]);
    expect(run('dist/apps/fleet/main.js')).toBe('fleet\n');
    expect(existsSync(join(root, 'dist/build.lock'))).toBe(false);
  });

  it('bundles the console with what it imports, and again when a library has changed', async () => {
    put('apps/console/main.ts', `await import('./app.ts');\n`);
    put('apps/console/app.ts', `import { a } from '../../../libs/base/a/dist/index.js';\nconsole.log(a);\n`);
    put('libs/base/a/src/index.ts', `export const a = 1;\n`);
    put('libs/systems/console/src/index.ts', `export {};\n`);
    for (const name of ['main.tsx', 'theme.ts', 'style.css', 'index.html'])
      put(`libs/systems/console/web/${name}`, '');
    await build(root);
    put('libs/base/a/src/index.ts', `export const a = 2;\n`);
    await build(root);
    expect(await build(root)).toBe(0);
    rmSync(join(root, 'libs/base/a'), { recursive: true });
    expect(run('dist/apps/console/main.js')).toBe('2\n');
    expect(readdirSync(join(root, 'dist/apps/console')).toSorted()).toEqual([
      'code',
      'main.js',
      'main.js.map',
      'page',
    ]);
    expect(existsSync(join(root, 'dist/apps/console/page/index.html'))).toBe(true);
  });

  it('bundles the console again when a library exports something else', async () => {
    put('apps/console/main.ts', `import { a } from 'a';\nconsole.log(a);\n`);
    put('libs/base/a/src/index.ts', `export const a = 1;\n`);
    put('libs/base/a/src/other.ts', `export const a = 2;\n`);
    const exporting = (file: string) =>
      put('libs/base/a/package.json', JSON.stringify({ type: 'module', exports: `./dist/${file}` }));
    exporting('index.js');
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(join(root, 'libs/base/a'), join(root, 'node_modules/a'));
    put('libs/systems/console/src/index.ts', `export {};\n`);
    for (const name of ['main.tsx', 'theme.ts', 'style.css', 'index.html'])
      put(`libs/systems/console/web/${name}`, '');
    await build(root);
    expect(run('dist/apps/console/main.js')).toBe('1\n');
    exporting('other.js');
    await build(root);
    expect(run('dist/apps/console/main.js')).toBe('2\n');
    expect(await build(root)).toBe(0);
  });

  it('maps each script to its source', async () => {
    put('libs/base/a/src/deep/b.ts', `export const b: string = 'b';\n`);
    await build(root);
    const map = JSON.parse(readFileSync(join(root, 'libs/base/a/dist/deep/b.js.map'), 'utf8')) as {
      sources: string[];
    };
    expect(map.sources).toEqual(['../../src/deep/b.ts']);
  });
});
