import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
// Runs on any Node from 18 on, so nothing that needs a newer one may be imported here, and the app only through `load`.
import { nodeFault } from '@nestjs-spark/foundation/text';

/**
 * Left alone, V8 lets short-lived objects take up to 128 MB before it looks which of them are gone, and what outlived that
 * grow to four times what is in use; a first copy makes many. With these it is 48 MB, and twice what is in use.
 */
export const NODE_FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=100'];

/** glibc keeps big buffers that were freed for itself, some 100 MB after a first copy. With this it gives them back. */
export const MALLOC_ENV = { MALLOC_MMAP_THRESHOLD_: '65536' };

/** How an app is run. */
interface LaunchOptions {
  /** Of Node. Default: `NODE_FLAGS` */
  flags?: readonly string[];
  /** Variables that have to be there before it starts, unless they are already set. Default: `MALLOC_ENV` */
  env?: Readonly<Record<string, string>>;
  /** For a faster start next time. Node holds all of it in memory for as long as it runs: 11 MB. Default: true */
  keepsCompiled?: boolean;
  /** Packages that are not loaded even if they are installed: Nest loads optional ones wherever it finds them. Default: none */
  without?: readonly string[];
}

/** For an app that copies nothing. A starter gives it the flags and the variables itself. */
export const LEAN = {
  /** It has little that is short-lived or grows: 25 MB less. */
  flags: ['--max-semi-space-size=1', '--heap-growing-percent=25'],
  /** One arena for all threads, which have little to do here: 6 MB less. */
  env: { ...MALLOC_ENV, MALLOC_ARENA_MAX: '1' },
  keepsCompiled: false,
} satisfies LaunchOptions;

/**
 * For an app that is idle except for a few requests a second. V8's compilers are not worth their memory there: without them, the
 * console with ten modules and an open page uses 19 MB less after a minute, and no more processor time. A single thread for V8's
 * own work, and returning freed memory early, save another 2 MB.
 */
export const IDLE = {
  ...LEAN,
  flags: [
    ...LEAN.flags,
    '--disable-optimizing-compilers',
    '--no-sparkplug',
    '--bytecode-old-age=1',
    '--v8-pool-size=1',
  ],
  env: { ...LEAN.env, MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_TOP_PAD_: '0' },
  /** It uses none of Nest's transports: 2 MB less. */
  without: ['@nestjs/microservices'],
} satisfies LaunchOptions;

/**
 * Starts an app on a Node that is new enough, on this one or on the one that the repository brings, with the `flags`
 * and the `env`, unless the environment or the command line sets the flag.
 * `load` imports the app's own code; it is called only in the process that runs it, with the `defaults` in place
 * of the variables that the environment leaves out. If the app was started with an IPC channel, it ends when its parent ends, however that ends.
 */
export async function launch(
  load: () => Promise<unknown>,
  defaults: Record<string, string>,
  { flags = NODE_FLAGS, env = MALLOC_ENV, keepsCompiled = true, without = [] }: LaunchOptions = {},
): Promise<void> {
  const tooOld = nodeFault('This app', process.versions.node);
  if (tooOld !== null) {
    runAgainOn(repositoryNode(tooOld), lacksFlags() ? flags : [], env);
    return;
  }
  if (lacksFlags() && runAgainInPlace(flags, env)) return;
  endWithStarter();
  for (const [name, value] of Object.entries(defaults)) process.env[name] ||= value;
  if (keepsCompiled) keepCompiledCode();
  if (without.length > 0) leaveOut(without);
  await load();
}

/** Makes importing them fail, as if they were not installed. Versions of Node without these hooks load them. */
function leaveOut(packages: readonly string[]): void {
  modules.registerHooks?.({
    resolve(specifier, context, next) {
      const name = packages.find((one) => specifier === one || specifier.startsWith(`${one}/`));
      if (name !== undefined) throw new Error(`${name} is left out`);
      return next(specifier, context);
    },
  });
}

/**
 * The next start need not compile what this one has. It is kept in the application's own folder, because anybody may have
 * written what is in the system's temporary one. Threads and children read the variable, whatever folder they run in. Where nothing can be written, nothing is kept.
 */
function keepCompiledCode(): void {
  const folder = resolve(process.env['SPARK_DATA_DIR'] || '.spark', 'compiled');
  const { directory } = modules.enableCompileCache?.(process.env['NODE_COMPILE_CACHE'] || folder) ?? {};
  if (directory !== undefined) process.env['NODE_COMPILE_CACHE'] ||= folder;
}

function runAgainOn(node: string, flags: readonly string[], env: Readonly<Record<string, string>>): void {
  const child = spawn(node, [...flags, ...process.execArgv, ...process.argv.slice(1)], {
    env: { ...env, ...process.env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  endWithStarter();
  const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function lacksFlags(): boolean {
  const given = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`;
  return !/--max[-_]semi[-_]space[-_]size/.test(given);
}

/** Starts the same process again. A starter's channel would be lost by it: such a starter gives the flags itself. */
function runAgainInPlace(flags: readonly string[], env: Readonly<Record<string, string>>): boolean {
  if (process.channel !== undefined || process.platform === 'win32' || !process.execve) return false;
  const args = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...env, ...process.env });
  return true;
}

/** Killed without warning, a starter cannot stop its child; the closed channel tells the child, which ends as abruptly. */
function endWithStarter(): void {
  if (process.channel === undefined) return;
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  if (!process.connected) end();
  process.on('disconnect', end);
  process.channel.unref();
}

/** @param without why it is needed, for the message if it is missing */
function repositoryNode(without: string): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', 'node', 'bin', name);
    if (existsSync(node)) return node;
    if (folder === dirname(folder)) break;
  }
  return fail(
    `${without} The repository's own Node is not there: run \`npm ci\`, which installs it, or start the app with a newer Node.`,
  );
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
