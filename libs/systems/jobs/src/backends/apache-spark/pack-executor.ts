import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync, type Zippable } from 'fflate';

/** What executors receive: a Python module, and the worker with everything it imports. */
export interface ExecutorArchive {
  /** The Python module's name, derived from its content so that versions never collide. */
  module: string;
  /** The worker's file in the archive. */
  main: string;
  /** A zip file that Python can import from. */
  content: Uint8Array;
}

const OWN = '@nestjs-spark/jobs';
/** The folders of this package that the worker needs. */
const OWN_FOLDERS = ['dist/backends/', 'dist/job/'];
const ENGINE = '@nestjs-spark/etl-script';
const LEFT_OUT = /\.(map|d\.[cm]?ts|md|[cm]?ts|spec\.js)$/;
const LONG_AGO = new Date('2000-01-01T00:00:00Z');

let packed: ExecutorArchive | undefined;

/** The archive, built once per process. @throws if this package was not built */
export function packExecutor(): ExecutorArchive {
  packed ??= pack();
  return packed;
}

function pack(): ExecutorArchive {
  const own = packageAbove(fileURLToPath(import.meta.url));
  const main = 'dist/backends/apache-spark/executor/main.js';
  if (!existsSync(join(own, main)))
    throw new Error(`${join(own, main)} does not exist: build the packages first`);
  const files = new Map<string, Uint8Array>();
  addPackage(OWN, own, files, (name) => OWN_FOLDERS.some((folder) => name.startsWith(folder)));
  addWithDependencies(ENGINE, own, files);
  const digest = createHash('sha256');
  for (const [name, content] of files) digest.update(`${name}\0${content.byteLength}\0`).update(content);
  const module = `spark_jobs_worker_${digest.digest('hex').slice(0, 16)}`;
  files.set(
    `${module}.py`,
    files.get(inPackage(OWN, 'dist/backends/apache-spark/executor/worker.py')) ?? Buffer.of(),
  );
  const entries = [...files].map(([name, content]): [string, Zippable[string]] => [
    name,
    [content, { mtime: LONG_AGO }],
  ]);
  return { module, main: inPackage(OWN, main), content: zipSync(Object.fromEntries(entries), { level: 6 }) };
}

/** Adds a package and its dependencies, each resolved from the package that requires it. */
function addWithDependencies(name: string, from: string, files: Map<string, Uint8Array>): void {
  const folder = packageAbove(findPackage(name, from));
  if (files.has(inPackage(name, 'package.json'))) return;
  const manifest = addPackage(name, folder, files, () => true);
  for (const needed of Object.keys(manifest.dependencies ?? {})) addWithDependencies(needed, folder, files);
}

function addPackage(
  name: string,
  folder: string,
  files: Map<string, Uint8Array>,
  isNeeded: (file: string) => boolean,
): { dependencies?: Record<string, string> } {
  for (const file of filesIn(folder)) {
    if (file === 'package.json' || (isNeeded(file) && !LEFT_OUT.test(file) && !file.startsWith('src/')))
      files.set(inPackage(name, file), readFileSync(join(folder, file)));
  }
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll(sep, '/'))
    .filter((file) => !file.startsWith('node_modules/'))
    .toSorted();
}

/** The folder of a package, resolved like Node does; not every package exports its manifest. */
function findPackage(name: string, from: string): string {
  const folders = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const found = folders.map((folder) => join(folder, name, 'package.json')).find((file) => existsSync(file));
  if (!found) throw new Error(`The package ${name}, which executors need, is not installed`);
  return found;
}

function packageAbove(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`${file} is not in a package`);
  }
}

const inPackage = (name: string, file: string): string => posix.join('node_modules', name, file);
