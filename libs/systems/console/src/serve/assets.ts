import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file of the page. */
export interface Asset {
  type: string;
  body: Buffer;
  /** Compressed at build time; null if compression does not make it smaller. */
  brotli: Buffer | null;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

/** The page was not built. Run `npm run build`. */
export class PageNotBuiltError extends Error {
  override readonly name = 'PageNotBuiltError';

  constructor(folder: string) {
    super(`The console's page is not in ${folder}: run npm run build first.`);
  }
}

/** The built page, read once and served from memory. */
export class Assets {
  readonly #files: ReadonlyMap<string, Asset>;
  readonly #page: string;

  /** @throws {PageNotBuiltError} */
  constructor(folder: string = pageFolder()) {
    const index = join(folder, 'index.html');
    if (!existsSync(index)) throw new PageNotBuiltError(folder);
    this.#page = readFileSync(index, 'utf8');
    const names = readdirSync(join(folder, 'assets')).filter((name) => extname(name) in TYPES);
    this.#files = new Map(names.map((name) => [name, readAsset(join(folder, 'assets', name))]));
  }

  find(name: string): Asset | null {
    return this.#files.get(name) ?? null;
  }

  /** The page's HTML for the path under which it is served; `withSession` completes it for a user. */
  page(path: string, title: string): string {
    // Functions, because `$` has a special meaning in a replacement string.
    return this.#page.replace('{{base}}', () => `${path}/`).replaceAll('{{title}}', () => escapeHtml(title));
  }
}

/** Adds to the page the session of its user, or the information that nobody can sign in; null if nobody is signed in. */
export function withSession(page: string, session: object | null): string {
  return page.replace('{{session}}', () => (session ? escapeHtml(JSON.stringify(session)) : ''));
}

function readAsset(file: string): Asset {
  const compressed = `${file}.br`;
  return {
    type: TYPES[extname(file)] ?? 'application/octet-stream',
    body: readFileSync(file),
    brotli: existsSync(compressed) ? readFileSync(compressed) : null,
  };
}

/** Next to the compiled sources, or in the build output when the sources run uncompiled. */
function pageFolder(): string {
  const built = join(import.meta.dirname, '..', 'page');
  return existsSync(built) ? built : join(import.meta.dirname, '..', '..', 'dist', 'page');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
