// Runs before every other tool, and on any Node: the one that can run TypeScript is itself one of the dependencies.
import { existsSync } from 'node:fs';

// npm writes this file when everything is in place.
if (!existsSync(new URL('../node_modules/.package-lock.json', import.meta.url))) {
  process.stderr.write('Dependencies are not installed: run npm ci\n');
  process.exit(1);
}
