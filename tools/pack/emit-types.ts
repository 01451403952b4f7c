import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

// The compiler rewrites `./a.ts` to `./a.js` in scripts, and leaves declarations as they are.
const sourceImport = /(\bfrom\s+|\bimport\(\s*|\bimport\s+)(['"])(\.[^'"\n]*)\.ts\2/g;

/** Writes the declarations of every library, with maps to its sources, into its `dist`. They have to compile. */
export async function emitTypes(root: string, folders: readonly string[]): Promise<void> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [compiler, '--project', join(root, 'tools', 'pack')]).catch(
    (error: Error & { stdout?: string }) => {
      throw new Error(`The declarations do not compile:\n${error.stdout ?? error.message}`, { cause: error });
    },
  );
  await Promise.all(folders.map((folder) => placeTypes(root, folder)));
}

async function placeTypes(root: string, folder: string): Promise<void> {
  const emitted = join(root, 'dist', 'types', folder.replace(/^libs\//, ''), 'src');
  const files = await readdir(emitted, { recursive: true });
  const place = async (file: string) => {
    const target = join(root, folder, 'dist', file);
    const text = await readFile(join(emitted, file), 'utf8');
    const source = join(root, folder, 'src', file.replace(/\.d\.ts\.map$/, '.ts'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(
      target,
      file.endsWith('.map')
        ? mapTo(text, relative(dirname(target), source).replaceAll('\\', '/'))
        : scriptImports(text),
    );
  };
  await Promise.all(files.filter((file) => /\.d\.ts(\.map)?$/.test(file)).map(place));
}

/** Declarations that name scripts, as every compiler and bundler resolves them. */
export function scriptImports(declarations: string): string {
  return declarations.replaceAll(sourceImport, '$1$2$3.js$2');
}

function mapTo(map: string, source: string): string {
  return JSON.stringify({ ...(JSON.parse(map) as object), sources: [source] });
}
