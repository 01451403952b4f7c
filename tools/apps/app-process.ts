import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { MALLOC_ENV, NODE_FLAGS } from '../../apps/shared/launch.ts';

export interface AppStart {
  /** For messages: `Fleet`. */
  name: string;
  /** The program: a file to run with Node. */
  main: string;
  /** The whole environment of the app; only PATH is inherited. */
  env: Record<string, string>;
  /** Receives both outputs, appended to its content. */
  logFile: string;
  /** Options of Node. Default: `NODE_FLAGS` */
  flags?: readonly string[];
}

/** An app in a separate process that ends whenever this process ends, for whatever reason. */
export class AppProcess {
  readonly name: string;
  readonly logFile: string;
  private readonly settings: AppStart;
  private child: ChildProcess | undefined;
  /** Where this run begins in the log. */
  private logFrom = 0;

  constructor(settings: AppStart) {
    this.settings = settings;
    this.name = settings.name;
    this.logFile = settings.logFile;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.running ? this.child?.pid : undefined;
  }

  /** How it ended: an exit code or a signal; undefined while it runs. */
  get ended(): number | NodeJS.Signals | undefined {
    return this.child?.exitCode ?? this.child?.signalCode ?? undefined;
  }

  /** Starts it; `env` overrides the environment that it was created with. */
  start(env: Record<string, string> = {}): void {
    if (this.running) throw new Error(`${this.name} runs already`);
    mkdirSync(dirname(this.logFile), { recursive: true });
    const log = openSync(this.logFile, 'a');
    this.logFrom = fstatSync(log).size;
    this.child = spawn(process.execPath, [...(this.settings.flags ?? NODE_FLAGS), this.settings.main], {
      env: { PATH: process.env['PATH'], ...MALLOC_ENV, ...this.settings.env, ...env },
      // The app ends with this channel, so that nothing is left behind even after kill -9 of this process.
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.child.on('error', () => undefined);
  }

  /** Stops it as an operator would, and kills it if it has not ended after `patienceMs`. */
  async stop(patienceMs = 15_000): Promise<void> {
    if (!this.running) return;
    const timer = setTimeout(() => this.signal('SIGKILL'), patienceMs);
    this.signal('SIGTERM');
    await this.end();
    clearTimeout(timer);
  }

  /** Kills it without a chance to do anything; resolves when it is gone. */
  async kill9(): Promise<void> {
    this.signal('SIGKILL');
    await this.end();
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child?.kill(signal);
  }

  /** Resolves when it has ended. */
  async end(): Promise<void> {
    if (this.running && this.child) await once(this.child, 'exit');
  }

  /** Its output since the last start. */
  log(): string {
    try {
      return readFileSync(this.logFile).subarray(this.logFrom).toString('utf8').trimEnd();
    } catch {
      return '(no log)';
    }
  }

  /** The last lines of that output, for error messages. */
  logTail(lines = 25): string {
    return this.log().split('\n').slice(-lines).join('\n');
  }
}
