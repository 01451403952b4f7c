import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** The text of a file; null when it cannot be read. */
type Read = (path: string) => string | null;

/** Longer than any version, and short enough for every list that shows it. */
const LONGEST = 100;

let known: string | null | undefined;

/** The application's own version; null when no package.json states it. Read once. */
export function applicationVersion(): string | null {
  if (known === undefined) known = versionAt([mainFolder(), process.cwd()], readText);
  return known;
}

/**
 * The version in the package.json that is nearest to the first of these folders that has one in or above it. A folder of
 * installed packages is skipped: what starts there is a tool (a test runner, a process manager), not the application.
 */
export function versionAt(folders: readonly (string | null)[], read: Read): string | null {
  for (const folder of folders) {
    if (folder === null || folder.split(/[/\\]/).includes('node_modules')) continue;
    const manifest = nearestManifest(folder, read);
    if (manifest !== null) return versionOf(manifest);
  }
  return null;
}

interface Manifest {
  name?: unknown;
  version?: unknown;
}

/** Skips manifests with neither name nor version, which builds write to declare a folder's module type. */
function nearestManifest(folder: string, read: Read): Manifest | null {
  const manifest = parse(read(join(folder, 'package.json')));
  if (manifest?.name !== undefined || manifest?.version !== undefined) return manifest;
  const above = dirname(folder);
  return above === folder ? null : nearestManifest(above, read);
}

function parse(text: string | null): Manifest | null {
  try {
    return text === null ? null : (JSON.parse(text) as Manifest | null);
  } catch {
    return null;
  }
}

function versionOf({ version }: Manifest): string | null {
  return typeof version === 'string' && version !== '' && version.length <= LONGEST ? version : null;
}

/** The folder of the file itself if a symbolic link starts it. */
function mainFolder(): string | null {
  const main = process.argv[1];
  try {
    return main === undefined ? null : dirname(realpathSync(main));
  } catch {
    // Node was given the name without its extension, or there is no main file.
    return main?.includes(sep) ? dirname(main) : null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
