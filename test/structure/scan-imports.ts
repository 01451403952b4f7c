import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** One import in one file, both as paths from the repository's root. */
export interface Import {
  readonly file: string;
  readonly of: string;
}

const root = join(import.meta.dirname, '..', '..');
const folders = ['libs', 'apps', 'test', 'tools', 'benchmarks'];
const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bjest\.unstable_mockModule\(\s*)(['"])([^'"\s]+)\1/g;

/** Every import of every TypeScript file of the repository: static, dynamic and type-only. */
export function scanImports(): Import[] {
  return sourceFiles().flatMap((file) =>
    importsIn(readFileSync(join(root, file), 'utf8')).map((of) => ({ file, of })),
  );
}

/** The specifiers that a source text imports. */
export function importsIn(source: string): string[] {
  return [...source.matchAll(specifier)].map(([, , of = '']) => of);
}

/** The library that a path lies in, `libs/<shelf>/<name>/...`. */
export function libraryOf(path: string): string | undefined {
  return /^libs\/[^/]+\/([^/]+)\//.exec(path)?.[1];
}

/** The shelf that each library stands on, by the library's name. */
export function shelvesByLibrary(): ReadonlyMap<string, string> {
  const foldersIn = (path: string) =>
    readdirSync(join(root, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['dist', 'node_modules'].includes(entry.name))
      .map(({ name }) => name);
  return new Map(
    foldersIn('libs').flatMap((shelf) =>
      foldersIn(`libs/${shelf}`).map((library) => [library, shelf] as const),
    ),
  );
}

function sourceFiles(): string[] {
  return folders
    .flatMap((folder) => list(join(root, folder)))
    .map((file) => relative(root, file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (['node_modules', 'dist', '.spark'].includes(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? list(path) : [path];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
