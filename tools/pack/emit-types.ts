import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

// The compiler rewrites `./a.ts` to `./a.js` in scripts, but not in declarations.
const sourceImport = /(\bfrom\s+|\bimport\(\s*|\bimport\s+)(['"])(\.[^'"\n]*)\.ts\2/g;

/** Writes the declarations of every library, with maps to its sources, into `types`. They have to compile. */
export async function emitTypes(root: string, types: string): Promise<void> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const words = [compiler, '--project', join(root, 'tools', 'pack'), '--outDir', types];
  await run(process.execPath, words).catch((error: Error & { stdout?: string }) => {
    throw new Error(`The declarations do not compile:\n${error.stdout ?? error.message}`, { cause: error });
  });
}

/** Puts the declarations of one library beside its scripts, in the `dist` of `target`. */
export async function placeTypes(types: string, library: string, target: string): Promise<void> {
  const emitted = join(types, library.replace(/^libs\//, ''), 'src');
  const files = await readdir(emitted, { recursive: true });
  const place = async (file: string) => {
    const placed = join(target, 'dist', file);
    const text = await readFile(join(emitted, file), 'utf8');
    await mkdir(dirname(placed), { recursive: true });
    await writeFile(placed, file.endsWith('.map') ? text : scriptImports(text));
  };
  await Promise.all(files.filter((file) => /\.d\.ts(\.map)?$/.test(file)).map(place));
}

/** Makes declarations import scripts, as every compiler and bundler resolves them. */
export function scriptImports(declarations: string): string {
  return declarations.replaceAll(sourceImport, '$1$2$3.js$2');
}
