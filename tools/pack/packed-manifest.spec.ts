import { describe, expect, it } from '@jest/globals';
import { scriptImports } from './emit-types.ts';
import type { Library, RootManifest } from './manifest.ts';
import { absoluteLinks, packedManifest } from './packed-manifest.ts';

const root: RootManifest = {
  version: '1.2.3',
  license: 'MIT',
  engines: { node: '>=22' },
  repository: { type: 'git', url: 'git+https://example.org/spark.git' },
  homepage: 'https://example.org/spark#readme',
  dependencies: {},
  devDependencies: {},
};

const library: Library = {
  folder: 'libs/wiring/store',
  manifest: {
    name: '@nestjs-spark/store',
    version: '1.2.3',
    description: 'A store',
    files: ['dist'],
    exports: {
      '.': {
        '@nestjs-spark/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
      './testing': { '@nestjs-spark/source': './testing/index.ts' },
    },
    dependencies: { '@nestjs-spark/contracts': '*', pluralize: '^8.0.0' },
  },
};

describe('what a tarball carries', () => {
  const packed = packedManifest(library, root, new Map([['@nestjs-spark/contracts', '1.2.3']]));

  it('has no door to sources', () => {
    expect(packed.exports).toEqual({
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    });
  });

  it('names siblings at exactly their version, and others as they are', () => {
    expect(packed.dependencies).toEqual({ '@nestjs-spark/contracts': '1.2.3', pluralize: '^8.0.0' });
  });

  it('says where it comes from and which Node it needs', () => {
    expect(packed).toMatchObject({
      license: 'MIT',
      engines: { node: '>=22' },
      repository: { directory: 'libs/wiring/store' },
    });
  });

  it('has links that work on a registry’s page', () => {
    const readme = '[Documents](../../../docs/documents.md), [elsewhere](https://example.org)';
    expect(absoluteLinks(readme, library.folder, root)).toBe(
      '[Documents](https://example.org/spark/blob/v1.2.3/docs/documents.md), [elsewhere](https://example.org)',
    );
  });

  it('has declarations that name scripts', () => {
    const declarations = `export * from './a.ts';\ntype B = import("../b.ts").B;\nimport type { C } from 'c.ts';`;
    expect(scriptImports(declarations)).toBe(
      `export * from './a.js';\ntype B = import("../b.js").B;\nimport type { C } from 'c.ts';`,
    );
  });
});
