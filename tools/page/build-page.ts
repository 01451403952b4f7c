import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

const compress = promisify(brotliCompress);
const COMPRESSED: ReadonlySet<string> = new Set(['.js', '.css', '.svg']);

/** A page's size, in bytes after brotli. */
export interface PageSize {
  /** The JavaScript that the first page loads. */
  first: number;
  all: number;
}

/**
 * Builds the page in a library's `web` folder into `dist/page`: hashed file names, compressed, with an `index.html` that refers
 * to them. Returns null for a library without a page.
 */
export async function buildPage(
  library: string,
  target = join(library, 'dist', 'page'),
): Promise<PageSize | null> {
  const web = join(library, 'web');
  if (!existsSync(web)) return null;
  const assets = join(target, 'assets');
  await rm(target, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  const { metafile, outputFiles } = await build({
    entryPoints: ['main.tsx', 'theme.ts', 'style.css'].map((name) => join(web, name)),
    outdir: assets,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file', '.svg': 'file' },
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2022'],
    minify: true,
    write: false,
    metafile: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'error',
  });
  const sizes = await Promise.all(
    outputFiles.map(async ({ path, contents }) => {
      await writeFile(path, contents);
      if (!COMPRESSED.has(extname(path))) return [basename(path), 0] as const;
      const small = await compress(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
      await writeFile(`${path}.br`, small);
      return [basename(path), extname(path) === '.js' ? small.length : 0] as const;
    }),
  );
  const entry = (name: string): string => entryOf(metafile, name);
  const template = await readFile(join(web, 'index.html'), 'utf8');
  const page = ['main.tsx', 'theme.ts', 'style.css'].reduce(
    (text, name) => text.replace(`{{${name}}}`, `assets/${basename(entry(name))}`),
    template,
  );
  const main = [...staticImports(metafile, entry('main.tsx'))].map((one) => basename(one));
  await writeFile(join(target, 'index.html'), page.replace('{{preloads}}', preloads(main.slice(1))));
  const first = new Set([basename(entry('theme.ts')), ...main]);
  return {
    first: sizes.filter(([name]) => first.has(name)).reduce((sum, [, size]) => sum + size, 0),
    all: sizes.reduce((sum, [, size]) => sum + size, 0),
  };
}

/** Without these, a browser would request a script's imports only once it has the script, and their imports only after them. */
function preloads(names: readonly string[]): string {
  return names.map((name) => `<link rel="modulepreload" href="assets/${name}" />`).join('\n    ');
}

function entryOf({ outputs }: Metafile, name: string): string {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(`/web/${name}`));
  if (!found) throw new Error(`esbuild made nothing of ${name}`);
  return found[0];
}

/** An output and its static imports. */
function staticImports({ outputs }: Metafile, output: string, seen = new Set<string>()): Set<string> {
  if (seen.has(output)) return seen;
  seen.add(output);
  for (const { path, kind } of outputs[output]?.imports ?? [])
    if (kind === 'import-statement') staticImports({ inputs: {}, outputs }, path, seen);
  return seen;
}
