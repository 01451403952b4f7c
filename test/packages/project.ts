import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Registry } from './registry.ts';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..', '..');

/** The repository's own compiler, newer than the one that a project installs. */
const COMPILER = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');

/** Nothing of the npm script or the test run that this is called from. */
export const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|JEST_|SPARK_)/.test(name)),
);

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

function manifestIn(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** Somebody's project, outside the repository, that has only what npm installs. */
export class Project {
  readonly folder: string;
  #app: ChildProcess | null = null;
  #log = '';

  /**
   * @param folder where it is
   * @param registry where the packages come from
   * @param also examples whose packages are added
   */
  constructor(folder: string, registry: Registry, also: readonly string[] = []) {
    this.folder = folder;
    const file = join(folder, 'package.json');
    const manifest = manifestIn(file);
    for (const name of also) {
      const { dependencies, devDependencies } = manifestIn(
        join(repository, 'examples', name, 'package.json'),
      );
      manifest.dependencies = { ...dependencies, ...manifest.dependencies };
      manifest.devDependencies = { ...devDependencies, ...manifest.devDependencies };
    }
    writeFileSync(join(folder, '.npmrc'), registry.npmrc);
    writeFileSync(file, JSON.stringify(manifest));
  }

  /**
   * A copy of one of the examples.
   * @param name a folder of `examples/`
   * @param also further examples whose packages are installed with its own, so that those can use them
   */
  static copyOf(name: string, folder: string, registry: Registry, also: readonly string[] = []): Project {
    cpSync(join(repository, 'examples', name), folder, { recursive: true });
    return new Project(folder, registry, also);
  }

  /** Uses what another project has installed: an install takes minutes where the registry is slow. */
  use(other: Project): void {
    symlinkSync(join(other.folder, 'node_modules'), join(this.folder, 'node_modules'));
  }

  async install(): Promise<void> {
    await this.#run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']);
  }

  /** Does one of its npm scripts. */
  async script(name: string): Promise<void> {
    await this.#run('npm', ['run', name, '--silent']);
  }

  /** Builds it with the TypeScript that it has installed. */
  async compile(...words: string[]): Promise<void> {
    await this.#run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), ...words]);
  }

  /**
   * Checks its types, and the declarations of all libraries where it checks those, with the TypeScript that it has installed and
   * with the repository's, the newest.
   */
  async checkTypes(...words: string[]): Promise<void> {
    await this.compile('--noEmit', ...words);
    await this.#run(process.execPath, [COMPILER, '--noEmit', ...words]);
  }

  /** @param node the Node that runs it */
  start(settings: Readonly<Record<string, string>>, node = process.execPath): void {
    this.#spawn(node, ['dist/main.js'], settings);
  }

  /** Runs an npm script that stays. */
  stay(script: string, settings: Readonly<Record<string, string>>): void {
    this.#spawn('npm', ['run', script, '--silent'], settings);
  }

  /** Adds a file. */
  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Changes one of its files, as somebody who develops it. */
  edit(path: string, change: (text: string) => string): void {
    const file = join(this.folder, path);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  #spawn(command: string, words: readonly string[], settings: Readonly<Record<string, string>>): void {
    this.#app = spawn(command, words, {
      cwd: this.folder,
      env: { ...environment, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: what watches has a child that runs.
      detached: true,
    });
    for (const stream of [this.#app.stdout, this.#app.stderr])
      stream?.on('data', (text: Buffer) => (this.#log += text.toString()));
  }

  /** What it wrote since it was started. */
  get log(): string {
    return this.#log;
  }

  async stop(): Promise<void> {
    const app = this.#app;
    if (!app || app.exitCode !== null || app.signalCode !== null) return;
    const gone = once(app, 'exit');
    process.kill(-(app.pid ?? 0), 'SIGTERM');
    await gone;
  }

  async #run(command: string, words: readonly string[]): Promise<void> {
    await run(command, words, { cwd: this.folder, env: environment, maxBuffer: 16 * 1024 * 1024 }).catch(
      (error: Error & { stdout?: string; stderr?: string }) => {
        throw new Error(`${command} ${words.join(' ')} in ${this.folder}\n${error.stdout}\n${error.stderr}`, {
          cause: error,
        });
      },
    );
  }
}
