import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs on any Node from 18 on, so nothing newer may be imported here, and the app only through `load`.
const OLDEST_NODE = 22;

/**
 * Starts an app on a Node that is new enough: on this one, or on the one that the repository brings.
 * `load` imports the app's own code; it is called only in the process that runs it, with the `defaults` in place
 * of the variables that the environment leaves out. Whoever starts the app with an IPC channel takes it along when it dies, however it dies.
 */
export async function launch(load: () => Promise<unknown>, defaults: Record<string, string>): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    runAgainOn(repositoryNode());
    return;
  }
  endWithStarter();
  for (const [name, value] of Object.entries(defaults)) process.env[name] ||= value;
  await load();
}

function runAgainOn(node: string): void {
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
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

/** Killed without warning, a starter cannot stop its child; the closed channel tells the child, which ends as abruptly. */
function endWithStarter(): void {
  if (process.channel === undefined) return;
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  if (!process.connected) end();
  process.on('disconnect', end);
  process.channel.unref();
}

function repositoryNode(): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', 'node', 'bin', name);
    if (existsSync(node)) return node;
    if (folder === dirname(folder)) break;
  }
  return fail(
    `This is Node ${process.versions.node}; Node ${OLDEST_NODE} or newer is needed, and the repository's own is not there. ` +
      'Run `npm ci`, which brings it, or start with a newer Node.',
  );
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
