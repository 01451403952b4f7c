import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from './build.ts';
import { emitTypes } from './pack/emit-types.ts';
import { publishedLibraries, readManifest, type RootManifest } from './pack/manifest.ts';
import { stage } from './pack/stage.ts';

const repository = join(import.meta.dirname, '..');

/** One tarball as npm reports it. */
export interface Tarball {
  readonly name: string;
  readonly filename: string;
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

/** Builds every library and writes a tarball of each published one into `folder`, as a registry would have it. */
export async function pack(folder: string, root = repository): Promise<Tarball[]> {
  const libraries = publishedLibraries(root);
  const siblings = new Map(libraries.map(({ manifest }) => [manifest.name, manifest.version]));
  const rootManifest = readManifest<RootManifest>(root);
  await build(root);
  await emitTypes(
    root,
    libraries.map((library) => library.folder),
  );
  await mkdir(folder, { recursive: true });
  const staged = await mkdtemp(join(tmpdir(), 'spark-pack-'));
  try {
    const targets = libraries.map(({ manifest }) => join(staged, manifest.name));
    await Promise.all(
      libraries.map((library, i) => stage(root, library, rootManifest, siblings, targets[i] ?? staged)),
    );
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...targets],
      { cwd: staged, maxBuffer: 64 * 1024 * 1024 },
    );
    return JSON.parse(stdout) as Tarball[];
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('npm run pack -- DIR: name the folder that the tarballs go to.');
    process.exit(2);
  }
  const started = Date.now();
  const tarballs = await pack(resolve(folder));
  for (const { filename, size, unpackedSize, entryCount } of tarballs) {
    const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024)} KB`.padStart(8);
    console.log(
      `${filename.padEnd(44)}${kilobytes(size)} packed${kilobytes(unpackedSize)} unpacked${String(entryCount).padStart(5)} files`,
    );
  }
  console.log(`${tarballs.length} tarballs in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
