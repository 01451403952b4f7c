import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  publishedLibraries,
  readManifest,
  SOURCE_CONDITION,
  type Manifest,
  type RootManifest,
} from '../../tools/pack/manifest.ts';
import { packedDoors } from '../../tools/pack/packed-manifest.ts';
import { scanImports } from './scan-imports.ts';

const root = join(import.meta.dirname, '..', '..');
const repository = readManifest<RootManifest>(root);
const libraries = publishedLibraries(root);
const manifests = new Map(libraries.map(({ manifest }) => [manifest.name, manifest]));
const imports = scanImports();

const packageOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
const isShipped = (file: string) => !file.endsWith('.spec.ts') && !file.includes('/fixtures/');
const isOptional = ({ peerDependenciesMeta = {} }: Manifest, name: string) =>
  peerDependenciesMeta[name]?.optional === true;

/** The packages that a library's shipped sources import, types included, each with a file that does. */
function importedBy(folder: string): ReadonlyMap<string, string> {
  const shipped = imports.filter(({ file }) => file.startsWith(`${folder}/src/`) && isShipped(file));
  const packages = shipped.filter(({ of }) => !of.startsWith('.') && !isBuiltin(of));
  return new Map(packages.map(({ file, of }) => [packageOf(of), file]));
}

function requiredPeers(manifest: Manifest): string[] {
  return Object.keys(manifest.peerDependencies ?? {}).filter((name) => !isOptional(manifest, name));
}

/** What a package's siblings ask their user for. */
function peersOfSiblings({ dependencies = {} }: Manifest): string[] {
  return Object.keys(dependencies).flatMap((name) => requiredPeers(manifests.get(name) ?? EMPTY));
}

/** The sources that a door leads to, inside its own library. */
function filesBehind(folder: string, { exports }: Manifest, door: string): Set<string> {
  const files = new Set([posix.join(folder, exports[door]?.[SOURCE_CONDITION] ?? '')]);
  for (const from of files)
    for (const { file, of } of imports)
      if (file === from && of.startsWith('.')) files.add(posix.join(posix.dirname(from), of));
  return files;
}

/** A door that not everybody opens: what it needs is optional. */
function isExtraDoor(specifier: string): boolean {
  const name = packageOf(specifier);
  return manifests.has(name) && !USUAL_DOORS.has(specifier.replace(name, '.'));
}

/** What is behind these needs nothing that is optional: `embedded` and `text` need less than the first. */
const USUAL_DOORS: ReadonlySet<string> = new Set(['.', './embedded', './internal', './text']);
const EMPTY: Manifest = { name: '', version: '', description: '', files: [], exports: {} };

describe('the scan of packages', () => {
  it('sees every library and what it imports', () => {
    expect(libraries.length).toBeGreaterThan(15);
    expect(importedBy('libs/adapters/ravendb').has('ravendb')).toBe(true);
  });
});

describe.each(libraries.map((library) => [library.manifest.name, library] as const))(
  '%s',
  (_, { folder, manifest }) => {
    const { dependencies = {}, peerDependencies = {} } = manifest;
    const imported = importedBy(folder);

    it('declares all that it imports', () => {
      const declared = new Set([manifest.name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
      expect([...imported].filter(([name]) => !declared.has(name))).toEqual([]);
    });

    it('depends on nothing that neither it nor a sibling of it needs', () => {
      const needed = new Set([...imported.keys(), ...peersOfSiblings(manifest)]);
      expect(Object.keys(dependencies).filter((name) => !needed.has(name))).toEqual([]);
    });

    it('imports optional packages behind doors of their own only, and so has no public type of one elsewhere', () => {
      const isHeld = (specifier: string) =>
        isOptional(manifest, packageOf(specifier)) || isExtraDoor(specifier);
      const usual = Object.keys(manifest.exports).filter((door) => USUAL_DOORS.has(door));
      const reached = usual.flatMap((door) => [...filesBehind(folder, manifest, door)]);
      const met = imports.filter(({ file, of }) => reached.includes(file) && isHeld(of));
      expect(reached.length).toBeGreaterThan(0);
      expect(met).toEqual([]);
    });

    it('passes on what its siblings ask their user for', () => {
      const answered = { ...dependencies, ...peerDependencies };
      expect(peersOfSiblings(manifest).filter((name) => !answered[name])).toEqual([]);
    });

    it('takes versions from one place: siblings as they are here, others from the one that is tested', () => {
      expect(manifest.version).toBe(repository.version);
      const tested = { ...repository.dependencies, ...repository.devDependencies };
      const own = Object.entries(dependencies).filter(([name]) => !peersOfSiblings(manifest).includes(name));
      const elsewhere = own.filter(
        ([name, range]) => range !== (manifests.get(name)?.version ?? `^${tested[name]}`),
      );
      expect(elsewhere).toEqual([]);
    });

    it('shows doors that a build makes, and its sources only under a condition that no tool sets', () => {
      for (const door of Object.values(packedDoors(manifest)))
        expect(Object.values(door).every((target) => target.startsWith('./dist/'))).toBe(true);
      const sources = Object.values(manifest.exports).flatMap((door) =>
        Object.keys(door).filter((condition) => !door[condition]?.startsWith('./dist/')),
      );
      expect(sources.every((condition) => condition === SOURCE_CONDITION)).toBe(true);
      expect(Object.keys(packedDoors(manifest))).toContain('.');
    });

    it('has a README', () => {
      expect(existsSync(join(root, folder, 'README.md'))).toBe(true);
    });
  },
);

describe('an application on a Node without SQLite', () => {
  it('does not meet node:sqlite where it runs on RavenDB: only its types are imported', () => {
    const files = imports.filter(
      ({ file, of }) => of === 'node:sqlite' && /^libs\/[^/]+\/[^/]+\/src\//.test(file),
    );
    const loading = files
      .filter(({ file }) => isShipped(file))
      .filter(({ file }) =>
        /^import (?!type )[^;]*'node:sqlite'/m.test(readFileSync(join(root, file), 'utf8')),
      );
    expect(loading).toEqual([]);
    expect(files.length).toBeGreaterThan(5);
  });
});

describe('what is loaded', () => {
  const statement = /^(?:import|export) (?!type )(?:[^;'=]*\bfrom )?'([^']+)'/gm;
  const loadedBy = (file: string): string[] =>
    [...readFileSync(join(root, file), 'utf8').matchAll(statement)].map(([, of = '']) => of);

  /** The sources that are loaded with a file, and the packages from outside. */
  function loadedWith(door: string): { files: Set<string>; packages: Set<string> } {
    const files = new Set([door]);
    const packages = new Set<string>();
    for (const file of files)
      for (const of of loadedBy(file)) {
        const library = libraries.find(({ manifest }) => manifest.name === packageOf(of));
        const source = library?.manifest.exports[of.replace(packageOf(of), '.')]?.[SOURCE_CONDITION];
        if (of.startsWith('.')) files.add(posix.join(posix.dirname(file), of));
        else if (library && source) files.add(posix.join(library.folder, source));
        else packages.add(packageOf(of));
      }
    return { files, packages };
  }

  it("does not include RavenDB's client, nor what the adapter needs for it, in an application on SQLite", () => {
    const { files, packages } = loadedWith('libs/entry/core/src/index.ts');
    expect(packages).toContain('@nestjs/core');
    expect(files.size).toBeGreaterThan(300);
    expect(['undici', 'ravendb'].filter((name) => packages.has(name))).toEqual([]);
  });

  it('does not include libraries that describe an API, validate bodies or call an identity provider in the console alone: they took 11 MiB', () => {
    const packages = new Set(
      ['apps/console/app.ts', 'apps/console/console.module.ts'].flatMap((door) => [
        ...loadedWith(door).packages,
      ]),
    );
    expect(packages).toContain('jose');
    const onRequest = ['@nestjs/swagger', 'class-validator', 'class-transformer', 'oauth4webapi'];
    expect(onRequest.filter((name) => packages.has(name))).toEqual([]);
  });
});

describe('an application on the lowest Node', () => {
  it('binds values of SQL by position: Node 22 knows no numbered parameters', () => {
    const shipped = imports
      .map(({ file }) => file)
      .filter((file) => file.startsWith('libs/adapters/sqlite/src/'));
    const sources = [...new Set(shipped)].filter(isShipped);
    const numbered = sources.filter((file) =>
      /['"`(= ]\?\d/.test(readFileSync(join(root, file), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '')),
    );
    expect(sources.length).toBeGreaterThan(20);
    expect(numbered).toEqual([]);
  });
});
