import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { MALLOC_ENV, NODE_FLAGS } from '../../apps/shared/launch.ts';
import { freePort } from '../../tools/apps/free-port.ts';
import { ownKiB, residentKiB } from './memory.ts';

/** The checkout that this benchmark belongs to. */
export const OWN_BUILD = join(import.meta.dirname, '..', '..');

export interface StartOptions {
  env: Record<string, string>;
  build?: string;
  /** Default: `NODE_FLAGS` */
  flags?: readonly string[];
}

/** An app in a process of its own, as an operator would run it. */
export class BenchApp {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  private constructor(url: string, child: ChildProcess, logFile: string) {
    this.url = url;
    this.#child = child;
    this.#logFile = logFile;
  }

  /**
   * One of the built apps.
   * @param build the checkout whose `dist` is run
   */
  static async start(
    name: 'fleet' | 'hr',
    env: Record<string, string>,
    build = OWN_BUILD,
  ): Promise<BenchApp> {
    return BenchApp.startMain(name, join(build, 'dist', 'apps', name, 'main.js'), { env, build });
  }

  /** Any module, by the file that starts it. */
  static async startMain(
    name: string,
    main: string,
    { env, build = OWN_BUILD, flags = NODE_FLAGS }: StartOptions,
  ): Promise<BenchApp> {
    const port = await freePort();
    const logs = join(build, '.spark', 'logs', 'bench');
    mkdirSync(logs, { recursive: true });
    const logFile = join(logs, `${name}.log`);
    const log = openSync(logFile, 'w');
    const child = spawn(process.execPath, [...flags, main], {
      env: { ...process.env, ...MALLOC_ENV, ...env, PORT: String(port) },
      stdio: ['ignore', log, log, 'ipc'],
    });
    return new BenchApp(`http://127.0.0.1:${port}`, child, logFile);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resident memory in MiB, now. */
  residentMiB(): number {
    return Math.round(residentKiB(this.#child.pid) / 1_024);
  }

  /** What of that is not the program of Node. */
  ownMiB(): number {
    return Math.round(ownKiB(this.#child.pid) / 1_024);
  }

  live(): Promise<boolean> {
    return this.#answers('/health/live');
  }

  ready(): Promise<boolean> {
    return this.#answers('/health/ready');
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #answers(path: string): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`The app has ended; its log is ${this.#logFile}`);
    try {
      return (await fetch(`${this.url}${path}`)).ok;
    } catch {
      return false;
    }
  }
}
