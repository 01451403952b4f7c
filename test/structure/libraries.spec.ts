import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { publishedLibraries } from '../../tools/pack/manifest.ts';
import { findCycle } from './find-cycle.ts';
import { importsIn, libraryOf, scanImports, shelvesByLibrary } from './scan-imports.ts';

const imports = scanImports();
const shelfOf = shelvesByLibrary();
const folderOf = (file: string) => /^libs\/[^/]+\/[^/]+\/src\/[^/]+(?=\/)/.exec(file)?.[0];
const packageOf = (specifier: string) => /^@nestjs-spark\/([^/]+)/.exec(specifier)?.[1];
const isSpec = (file: string) => file.endsWith('.spec.ts') || file.includes('/fixtures/');

/** What each shelf may import from: its own libraries, and the shelves below it. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  base: ['base'],
  engine: ['engine', 'base'],
  adapters: ['adapters', 'engine', 'base'],
  wiring: ['wiring', 'adapters', 'engine', 'base'],
  systems: ['systems', 'wiring', 'adapters', 'engine', 'base'],
  entry: ['entry', 'systems', 'wiring', 'adapters', 'engine', 'base'],
  tools: ['tools', 'base'],
};

/** Imports from all shelves: the command line. */
const ABOVE_ALL: ReadonlySet<string> = new Set(['cli']);

/** Tests applications, and so is made of the doubles; the only library outside of `tools` that imports from there. */
const ON_DOUBLES = { library: 'core-testing', imported: 'testing' };

interface ShelfImport {
  readonly file: string;
  readonly library: string;
  readonly imported: string;
  readonly from: string;
  readonly to: string;
}

/** The imports of what is shipped, from one library to another, with the shelves of both. Specs may use the tools. */
function importsBetweenShelves(): ShelfImport[] {
  return imports.flatMap(({ file, of }) => {
    const [library, imported] = [libraryOf(file), packageOf(of)];
    const [from, to] = [shelfOf.get(library ?? ''), shelfOf.get(imported ?? '')];
    const isShipped = !isSpec(file) && file.includes('/src/');
    return library && imported && from && to && isShipped && library !== imported
      ? [{ file, library, imported, from, to }]
      : [];
  });
}

describe('the scan', () => {
  it('sees static, type-only, side-effect and dynamic imports', () => {
    const source = [
      `import a from 'a';`,
      `import type { B } from "b";`,
      `import 'c';`,
      `export * from 'd';`,
      `const e = await import('e');`,
    ].join('\n');
    expect(importsIn(source)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('sees the repository and its shelves', () => {
    expect(imports.length).toBeGreaterThan(50);
    expect([...new Set(shelfOf.values())].toSorted()).toEqual(Object.keys(BELOW).toSorted());
    expect(importsBetweenShelves().length).toBeGreaterThan(50);
  });

  it('finds a cycle and no other', () => {
    const edges = (pairs: Record<string, string[]>) =>
      new Map(Object.entries(pairs).map(([from, to]) => [from, new Set(to)]));
    expect(findCycle(edges({ a: ['b', 'c'], b: ['c'], c: [] }))).toBeUndefined();
    expect(findCycle(edges({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual(['b', 'c', 'b']);
  });
});

describe('the libraries', () => {
  it('do not depend on each other in a circle', () => {
    const edges = new Map<string, Set<string>>();
    for (const { file, of } of imports) {
      const [from, to] = [libraryOf(file), packageOf(of)];
      if (from && to && from !== to && !isSpec(file)) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
    expect(findCycle(edges)).toBeUndefined();
  });

  it('stand on shelves that import from those below only', () => {
    const upwards = importsBetweenShelves().filter(
      ({ from, to, library }) => !ABOVE_ALL.has(library) && !BELOW[from]?.includes(to),
    );
    const pairs = new Set(upwards.map(({ library, imported }) => `${library} -> ${imported}`));
    expect([...pairs]).toEqual([`${ON_DOUBLES.library} -> ${ON_DOUBLES.imported}`]);
  });

  it('of one system never import another system', () => {
    const crossing = importsBetweenShelves().filter(
      ({ from, to, library, imported }) => from === 'systems' && to === 'systems' && library !== imported,
    );
    expect(crossing).toEqual([]);
  });

  it('have folders that import one way only, as the data goes', () => {
    const edges = new Map<string, Set<string>>();
    for (const { file, of } of imports) {
      if (!of.startsWith('.') || isSpec(file)) continue;
      const [from, to] = [folderOf(file), folderOf(posix.join(posix.dirname(file), of))];
      if (from && to && from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
    expect(findCycle(edges)).toBeUndefined();
  });

  it('are entered by their doors only', () => {
    const doors = new Set(
      publishedLibraries(join(import.meta.dirname, '..', '..')).flatMap(({ manifest }) =>
        Object.keys(manifest.exports).map((door) => posix.join(manifest.name, door)),
      ),
    );
    expect(imports.filter(({ of }) => of.startsWith('@nestjs-spark/') && !doors.has(of))).toEqual([]);
  });

  it('are not loaded whole by the script engine, whose threads load each import again', () => {
    const engine = imports.filter(
      ({ file }) => file.startsWith('libs/engine/etl-script/src/') && !isSpec(file),
    );
    const doors = engine
      .map(({ of }) => of)
      .filter((of) => /^@nestjs-spark\/(contracts|foundation)/.test(of));
    expect(new Set(doors)).toEqual(
      new Set(['@nestjs-spark/contracts/text', '@nestjs-spark/foundation/text']),
    );
  });

  it('keep relative imports inside the library', () => {
    const leaving = imports.filter(({ file, of }) => {
      if (!of.startsWith('.')) return false;
      const target = posix.join(posix.dirname(file), of);
      return libraryOf(file) !== libraryOf(target);
    });
    expect(leaving).toEqual([]);
  });

  it('show their internals to siblings only', () => {
    const outside = imports.filter(({ file, of }) => file.startsWith('apps/') && of.endsWith('/internal'));
    expect(outside).toEqual([]);
  });

  it('do not run on what is for tests', () => {
    const testing = imports.filter(
      ({ file, of }) => file.startsWith('apps/') && !isSpec(file) && of === '@nestjs-spark/servers/testing',
    );
    expect(testing).toEqual([]);
  });
});

describe('an outside client', () => {
  it.each([
    ['ravendb', 'ravendb', /^ravendb(\/|$)/],
    ['jetstream', 'NATS', /^@nats-io\//],
    ['sandbox', 'QuickJS', /quickjs/],
    ['sqlite', 'SQLite', /^node:sqlite$/],
    ['apache-spark', 'gRPC and Arrow', /^@grpc\/|^apache-arrow/],
  ])('is imported by %s alone: %s', (library, _name, client) => {
    const others = imports.filter(({ file, of }) => client.test(of) && libraryOf(file) !== library);
    // A peer that the benchmarks compare with is written as its users write it; so are other programs on a SQLite file.
    const isOutsider = (file: string) =>
      file.startsWith('benchmarks/peers/') || (library === 'sqlite' && file.startsWith('test/'));
    expect(others.filter(({ file }) => !isOutsider(file))).toEqual([]);
  });
});

it("loads RavenDB's client only where it is used: its 1,600 files are two fifths of what a start would read", () => {
  const client = 'ravendb';
  const inAdapter = imports.filter(({ file, of }) => of === client && file.startsWith('libs/adapters/'));
  const files = [...new Set(inAdapter.map(({ file }) => file))].filter((file) => !isSpec(file));
  const atStart = new RegExp(`^import (?!type )[^;]*'${client}';`, 'm');
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => atStart.test(readFileSync(file, 'utf8')))).toEqual([]);
});
