import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { JscConfig, Options } from '@swc/core';
import { transformFile } from '@swc/core';
import { bundleApp } from './bundle-app.ts';
import { buildPage } from './page/build-page.ts';
import { readArguments } from './arguments.ts';
import { type Built, contentOf, readBuilt, stateOf } from './built.ts';

const repository = join(import.meta.dirname, '..');

// Supported by swc, but not yet in its types.
const jsc: JscConfig & { rewriteRelativeImportExtensions: boolean } = {
  parser: { syntax: 'typescript', decorators: true },
  target: 'es2024',
  transform: { legacyDecorator: true, decoratorMetadata: true },
  rewriteRelativeImportExtensions: true,
};

const options: Options = {
  swcrc: false,
  configFile: false,
  sourceMaps: true,
  jsc,
  module: { type: 'es6' },
};

/** One folder of sources and where to build it. */
interface Unit {
  readonly from: string;
  readonly to: string;
  /** For an app that is bundled with what it imports: the built page that it serves. */
  readonly page?: string;
}

/** Apps that are bundled with what they import, and the library whose page they serve. */
const BUNDLED: Readonly<Record<string, string>> = { console: 'systems/console' };

const SELF = ['build.ts', 'built.ts', 'bundle-app.ts', 'page/build-page.ts'].map((file) =>
  join(import.meta.dirname, file),
);

/**
 * Builds every library into its `dist`, and every app into `dist/apps/<app>`, except what is unchanged since the last build.
 * Returns how many files were written. Waits while another process builds here.
 * @param begun called before anything is built, with whether there is no earlier build
 */
export async function build(
  root = repository,
  begun: (isFirst: boolean) => void = () => undefined,
): Promise<number> {
  await removeOthers(root, await apps(root));
  const seen = await look(root);
  if (seen.changed.length === 0) return 0;
  begun(seen.isFirst);
  // Imported only when needed: usually nothing has changed, and loading the packages takes longer than checking that.
  const { lock } = await import('@nestjs-spark/servers/internal');
  const held = await lock(join(root, 'dist', 'build.lock'), console.log);
  try {
    return await buildChanged(root, await look(root));
  } finally {
    held.release();
  }
}

/** Everything that can be built, and which of it has changed since the last build. */
interface Seen {
  isFirst: boolean;
  tool: string;
  units: readonly Unit[];
  sources: readonly string[];
  changed: readonly Unit[];
}

const recordOf = (root: string): string => join(root, 'dist', 'built.json');

async function look(root: string): Promise<Seen> {
  const units = [...(await libraries(root)), ...(await apps(root))];
  const before = await readBuilt(recordOf(root));
  const tool = await contentOf([...SELF, join(repository, 'package-lock.json')]);
  const kept = tool === before.tool ? before.units : {};
  const own = await Promise.all(units.map(({ from, to }) => contentOf([from, webOf(to)])));
  // A bundle also depends on what the packages of the libraries export.
  const manifests = await contentOf(units.map(({ to }) => join(dirname(to), 'package.json')));
  const all = createHash('sha256')
    .update([...own, manifests].join())
    .digest('hex');
  const sources = units.map(({ page }, at) => (page === undefined ? (own[at] ?? '') : all));
  const outputs = await Promise.all(units.map(({ to }) => stateOf(to)));
  const changed = units.filter(({ to }, at) => {
    const unit = kept[relative(root, to)];
    return unit === undefined || unit.sources !== sources[at] || unit.outputs !== outputs[at];
  });
  return { isFirst: before.tool === '', tool, units, sources, changed };
}

async function buildChanged(root: string, { tool, units, sources, changed }: Seen): Promise<number> {
  const counts = await Promise.all(changed.map(buildUnit));
  await Promise.all(changed.map(({ to }) => buildPage(dirname(to), join(to, 'page'))));
  await Promise.all(changed.map(({ to, page }) => page !== undefined && bundleApp(to, page)));
  const made = await Promise.all(
    units.map(async ({ to }, at) => [
      relative(root, to),
      { sources: sources[at] ?? '', outputs: await stateOf(to) },
    ]),
  );
  const built: Built = { tool, units: Object.fromEntries(made) };
  await mkdir(dirname(recordOf(root)), { recursive: true });
  await writeFile(recordOf(root), JSON.stringify(built));
  return counts.reduce((sum, count) => sum + count, 0);
}

const webOf = (to: string): string => join(dirname(to), 'web');

/** The remains of apps that no longer exist. */
async function removeOthers(root: string, units: readonly Unit[]): Promise<void> {
  const wanted = new Set(units.map(({ to }) => to));
  const folder = join(root, 'dist', 'apps');
  const others = (await foldersIn(folder)).map((name) => join(folder, name)).filter((to) => !wanted.has(to));
  await Promise.all(others.map((to) => rm(to, { recursive: true, force: true })));
}

async function libraries(root: string): Promise<Unit[]> {
  const shelves = await foldersIn(join(root, 'libs'));
  const folders = await Promise.all(
    shelves.map(async (shelf) => {
      const names = await foldersIn(join(root, 'libs', shelf));
      return names.map((name) => join(root, 'libs', shelf, name));
    }),
  );
  return folders.flat().map((folder) => ({ from: join(folder, 'src'), to: join(folder, 'dist') }));
}

async function apps(root: string): Promise<Unit[]> {
  const names = await foldersIn(join(root, 'apps'));
  return names.map((name) => {
    const unit = { from: join(root, 'apps', name), to: join(root, 'dist', 'apps', name) };
    const library = BUNDLED[name];
    return library === undefined ? unit : { ...unit, page: join(root, 'libs', library, 'dist', 'page') };
  });
}

async function foldersIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Builds one folder into another, which is emptied first. Returns how many files were written. */
export async function buildUnit({ from, to }: Unit): Promise<number> {
  await rm(to, { recursive: true, force: true });
  if (!existsSync(from)) return 0;
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isBuilt);
  await Promise.all(files.map((file) => buildFile(file, join(to, relative(from, file)))));
  return files.length;
}

const leftOut = /(\.spec\.ts|\.d\.ts|\.md|\/package\.json|\/tsconfig[^/]*\.json|\/fixtures\/.*)$/;

/** Whether a file under `src` is shipped. */
export function isBuilt(file: string): boolean {
  return !leftOut.test(file.replaceAll('\\', '/'));
}

async function buildFile(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if (!source.endsWith('.ts')) return copyFile(source, target);
  const script = target.replace(/\.ts$/, '.js');
  const { code, map = '' } = await transformFile(source, {
    ...options,
    sourceFileName: relative(dirname(script), source),
  });
  const name = `${basename(script)}.map`;
  // npm makes a command executable when it installs it, but not in a workspace.
  const mode = code.startsWith('#!') ? 0o755 : 0o644;
  await writeFile(script, `${code}//# sourceMappingURL=${name}\n`, { mode });
  await writeFile(`${script}.map`, map);
}

/** Like {@link build}, and prints what it does. */
export async function buildAloud(): Promise<void> {
  const started = Date.now();
  const count = await build(repository, (isFirst) =>
    console.log(
      isFirst ? 'Building the libraries and apps …' : 'Building what has changed since the last build …',
    ),
  );
  if (count > 0) console.log(`Built ${count} files in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

if (import.meta.main) {
  readArguments({
    help: 'npm run build: compiles each library into its dist, and each app into dist/apps, where something has changed.',
  });
  await buildAloud();
}
