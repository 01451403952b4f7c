import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The condition under which this repository reads its own sources. Tools do not set it, and tarballs do not contain it. */
export const SOURCE_CONDITION = '@nestjs-spark/source';

/** What one entry point of a package resolves to, by condition. */
export type Door = Readonly<Record<string, string>>;

type Versions = Readonly<Record<string, string>>;

/** The fields of a `package.json` that are read or written here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly private?: boolean;
  readonly bin?: Versions;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, Door>>;
  readonly dependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly peerDependenciesMeta?: Readonly<Record<string, { optional: boolean }>>;
}

/** What every package inherits from the repository's own `package.json`. */
export interface RootManifest {
  readonly version: string;
  readonly license: string;
  readonly engines: Versions;
  readonly repository: { readonly type: string; readonly url: string };
  readonly homepage: string;
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
}

/** A published library: its folder relative to the repository's root, and its manifest. */
export interface Library {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The published libraries, ordered by folder. */
export function publishedLibraries(root: string): Library[] {
  return foldersIn(root, 'libs')
    .flatMap((shelf) => foldersIn(root, shelf))
    .map((folder) => ({ folder, manifest: readManifest<Manifest>(join(root, folder)) }))
    .filter(({ manifest }) => manifest.private !== true);
}

export function readManifest<M>(folder: string): M {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as M;
}

function foldersIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`)
    .toSorted();
}
