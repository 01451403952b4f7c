import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What a folder was built from, and what was written into it. */
export interface BuiltUnit {
  readonly sources: string;
  readonly outputs: string;
}

/** What the last build did: whatever matches on both sides need not be built again. */
export interface Built {
  /** The build tool itself, with the packages that it uses. */
  readonly tool: string;
  readonly units: Readonly<Record<string, BuiltUnit>>;
}

const NOTHING: Built = { tool: '', units: {} };

/** The record of the last build; empty when it is missing or unreadable. */
export async function readBuilt(file: string): Promise<Built> {
  try {
    const { tool, units } = JSON.parse(await readFile(file, 'utf8')) as Partial<Built>;
    return typeof tool === 'string' && typeof units === 'object' ? { tool, units } : NOTHING;
  } catch {
    return NOTHING;
  }
}

/** A hash of the content of all files in these places (folders or files): times mean nothing after a checkout. */
export async function contentOf(places: readonly string[]): Promise<string> {
  const lists = await Promise.all(places.map(async (place) => [place, await filesOf(place)] as const));
  const hash = createHash('sha256');
  for (const [place, files] of lists) {
    const contents = await Promise.all(files.map((file) => readFile(file)));
    for (const [at, file] of files.entries()) {
      const content = contents[at] ?? Buffer.alloc(0);
      hash.update(`${relative(place, file)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** A fingerprint that shows whether anyone has touched the output. */
export async function stateOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const files = await filesOf(folder);
  const states = await Promise.all(files.map((file) => stat(file)));
  for (const [at, file] of files.entries())
    hash.update(`${relative(folder, file)}\0${states[at]?.size}\0${states[at]?.mtimeMs}\0`);
  return hash.digest('hex');
}

async function filesOf(place: string): Promise<string[]> {
  if (!existsSync(place)) return [];
  if ((await stat(place)).isFile()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
