import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { buildUnit } from '../build.ts';
import { buildPage } from '../page/build-page.ts';
import { placeTypes } from './emit-types.ts';
import type { Library, RootManifest } from './manifest.ts';
import { absoluteLinks, packedManifest } from './packed-manifest.ts';

/** What all packages have in common while they are packed. */
export interface Packing {
  /** The repository's folder, and its manifest. */
  readonly root: string;
  readonly manifest: RootManifest;
  /** The folder of the emitted declarations. */
  readonly types: string;
  /** The version of each published package. */
  readonly siblings: ReadonlyMap<string, string>;
}

// Used by this repository's own specs only.
const leftOut = /(\.spec\.ts|\/fixtures)$/;

/** Lays out one package in `target` as in its tarball. Writes nothing elsewhere: applications may be running from `dist`. */
export async function stage({ root, manifest, types, siblings }: Packing, library: Library, target: string) {
  const from = join(root, library.folder);
  await mkdir(target, { recursive: true });
  await cp(join(from, 'src'), join(target, 'src'), {
    recursive: true,
    filter: (file) => !leftOut.test(file.replaceAll('\\', '/')),
  });
  await buildUnit({ from: join(target, 'src'), to: join(target, 'dist') });
  await placeTypes(types, library.folder, target);
  await mapToSources(target);
  await buildPage(from, join(target, 'dist', 'page'));
  const packed = packedManifest(library, manifest, siblings);
  await writeFile(join(target, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
  const readme = await readFile(join(from, 'README.md'), 'utf8');
  await writeFile(join(target, 'README.md'), absoluteLinks(readme, library.folder, manifest));
  await cp(join(root, 'LICENSE'), join(target, 'LICENSE'));
}

/** Makes each map refer to the source in the package instead of embedding it again. */
async function mapToSources(target: string): Promise<void> {
  const dist = join(target, 'dist');
  const files = await readdir(dist, { recursive: true });
  const rewrite = async (file: string) => {
    const path = join(dist, file);
    const { sourcesContent: _, ...map } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const source = join(target, 'src', file.replace(/(\.d\.ts|\.js)\.map$/, '.ts'));
    const sources = [relative(dirname(path), source).replaceAll('\\', '/')];
    await writeFile(path, JSON.stringify({ ...map, sources }));
  };
  await Promise.all(files.filter((file) => file.endsWith('.map')).map(rewrite));
}
