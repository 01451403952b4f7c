import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Library, RootManifest } from './manifest.ts';
import { absoluteLinks, packedManifest } from './packed-manifest.ts';

// What only this repository's own specs use.
const leftOut = /(\.spec\.(ts|js)(\.map)?|\/fixtures)$/;

/** Lays one package out in `target` as its tarball has it. Its `dist` has to be built, with types. */
export async function stage(
  root: string,
  library: Library,
  rootManifest: RootManifest,
  siblings: ReadonlyMap<string, string>,
  target: string,
): Promise<void> {
  const from = join(root, library.folder);
  await mkdir(target, { recursive: true });
  for (const folder of ['dist', 'src']) {
    await cp(join(from, folder), join(target, folder), {
      recursive: true,
      filter: (file) => !leftOut.test(file.replaceAll('\\', '/')),
    });
  }
  await dropSourcesFromMaps(join(target, 'dist'));
  const manifest = packedManifest(library, rootManifest, siblings);
  await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const readme = await readFile(join(from, 'README.md'), 'utf8');
  await writeFile(join(target, 'README.md'), absoluteLinks(readme, library.folder, rootManifest));
  await cp(join(root, 'LICENSE'), join(target, 'LICENSE'));
}

/** The sources lie beside the scripts: once is enough. */
async function dropSourcesFromMaps(dist: string): Promise<void> {
  const files = await readdir(dist, { recursive: true });
  const drop = async (file: string) => {
    const { sourcesContent: _, ...map } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify(map));
  };
  await Promise.all(files.filter((file) => file.endsWith('.js.map')).map((file) => drop(join(dist, file))));
}
