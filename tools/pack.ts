import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readArguments } from './arguments.ts';
import { emitTypes } from './pack/emit-types.ts';
import { publishedLibraries, readManifest, type RootManifest } from './pack/manifest.ts';
import { stage } from './pack/stage.ts';

const repository = join(import.meta.dirname, '..');

/** One tarball as reported by npm. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  /** Bytes of the tarball, and of its content. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
  readonly files: readonly { readonly path: string }[];
}

/** Builds every library and writes a tarball of each published one into `folder`, as a registry would serve it. */
export async function pack(folder: string, root = repository): Promise<Tarball[]> {
  const libraries = publishedLibraries(root);
  const siblings = new Map(libraries.map(({ manifest }) => [manifest.name, manifest.version]));
  const staged = await mkdtemp(join(tmpdir(), 'spark-pack-'));
  const types = join(staged, 'types');
  try {
    await emitTypes(root, types);
    const packing = { root, manifest: readManifest<RootManifest>(root), types, siblings };
    const laidOut = libraries.map(async (library) => {
      const target = join(staged, library.manifest.name);
      await stage(packing, library, target);
      return target;
    });
    return await npmPack(await Promise.all(laidOut), folder);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

async function npmPack(packages: readonly string[], folder: string): Promise<Tarball[]> {
  await mkdir(folder, { recursive: true });
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...packages];
  const { stdout } = await promisify(execFile)('npm', words, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as Tarball[];
}

if (import.meta.main) {
  const help = 'npm run pack -- DIR: writes a tarball of each published package into the folder DIR.';
  const [folder] = readArguments({ help, words: 1 }).words;
  if (folder === undefined) {
    console.error(`The folder is missing.\n\n${help}`);
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
