import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from '../arguments.ts';
import { publishedLibraries, SOURCE_CONDITION } from '../pack/manifest.ts';
import { sentenceOf, withRelease } from './notes.ts';

readArguments({
  help: 'npm run release:version: turns the change sets into the next version of all packages and its section of the changelog.',
});
const root = join(import.meta.dirname, '..', '..');
const path = (...parts: string[]) => join(root, ...parts);
const run = (command: string, ...words: string[]) =>
  execFileSync(command, words, { cwd: root, stdio: 'inherit' });

const files = readdirSync(path('.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md');
const sentences = files.map((file) => sentenceOf(readFileSync(path('.changeset', file), 'utf8')));
if (sentences.length === 0) {
  console.log('No change sets: the version stays.');
} else {
  run(path('node_modules', '.bin', 'changeset'), 'version');
  const version = publishedLibraries(root)[0]?.manifest.version ?? '';
  const manifest = readFileSync(path('package.json'), 'utf8');
  writeFileSync(path('package.json'), manifest.replace(/("version": )"[^"]+"/, `$1"${version}"`));
  for (const example of readdirSync(path('examples'), { withFileTypes: true })) {
    const file = path('examples', example.name, 'package.json');
    if (!example.isDirectory() || !existsSync(file)) continue;
    const asked = readFileSync(file, 'utf8');
    writeFileSync(file, asked.replace(/("@nestjs-spark\/[^"]+": )"[^"]+"/g, `$1"^${version}"`));
  }
  const today = new Date().toISOString().slice(0, 10);
  const changelog = readFileSync(path('CHANGELOG.md'), 'utf8');
  writeFileSync(path('CHANGELOG.md'), withRelease(changelog, version, today, sentences));
  run('npm', 'install', '--package-lock-only', '--ignore-scripts');
  run(process.execPath, `--conditions=${SOURCE_CONDITION}`, 'tools/lockfile.ts');
}
