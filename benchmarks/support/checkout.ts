import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_BUILD } from './app.ts';

/** A built checkout. */
export interface Build {
  /** For the table: the commit's short id, and whether there are uncommitted changes. */
  readonly name: string;
  readonly folder: string;
}

/** The checkout of this benchmark, which `npm run bench` has just built. */
export function ownBuild(): Build {
  const isChanged = git(OWN_BUILD, 'status', '--porcelain') !== '';
  return { name: `${shortId('HEAD')}${isChanged ? ' with changes' : ''}`, folder: OWN_BUILD };
}

/** Checks out another commit beside this one, installs its dependencies, and builds it. Done once per commit. */
export function buildOf(commit: string): Build {
  const name = shortId(commit);
  const folder = join(OWN_BUILD, '.spark', 'against', name);
  if (!existsSync(folder)) {
    git(OWN_BUILD, 'worktree', 'prune');
    git(OWN_BUILD, 'worktree', 'add', '--detach', folder, name);
  }
  if (!existsSync(join(folder, 'dist'))) {
    npm(folder, 'ci');
    npm(folder, 'run', 'build');
  }
  return { name, folder };
}

function shortId(commit: string): string {
  try {
    return git(OWN_BUILD, 'rev-parse', '--short=10', '--verify', `${commit}^{commit}`);
  } catch (error) {
    throw new Error(`--against ${commit}: this repository has no such commit`, { cause: error });
  }
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function npm(folder: string, ...args: string[]): void {
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
