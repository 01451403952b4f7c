import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from '../arguments.ts';
import { pack } from '../pack.ts';

readArguments({
  help: 'npm run release:publish: publishes what the registry does not have yet, so that a run that broke off can be repeated.',
});
const folder = mkdtempSync(join(tmpdir(), 'spark-release-'));
try {
  for (const { name, version, filename } of await pack(folder)) {
    const known = spawnSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' });
    if (known.stdout.trim() === version) {
      console.log(`${name}@${version} is published already`);
    } else {
      const words = ['publish', join(folder, filename), '--access', 'public', '--provenance'];
      execFileSync('npm', words, { stdio: 'inherit' });
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
