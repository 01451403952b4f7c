import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import type { Lockfile } from './lockfile/complete.ts';
import { completeLockfile } from './lockfile/complete.ts';

readArguments({
  help: 'npm run lockfile: completes package-lock.json with the packages of other platforms, after a dependency changed.',
});

// Run after a dependency changed (`npm run lockfile`), so that `npm ci` accepts the lockfile with every registry.
const file = join(import.meta.dirname, '..', 'package-lock.json');
const lockfile = JSON.parse(await readFile(file, 'utf8')) as Lockfile;
const added = completeLockfile(lockfile);
const sorted = Object.entries(lockfile.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
if (added.length > 0) {
  await writeFile(
    file,
    `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`,
  );
}
console.log(`Added ${added.length} packages of other platforms to the lockfile`);
