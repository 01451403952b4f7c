import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lastLines } from '../host/run-program.ts';
import type { RunAs } from '../host/run-as.ts';
import type { ProgramSource } from '../find/source.ts';
import type { Probe } from './ready.ts';
import { tellWatchdog } from './watchdog.ts';

/** What to start a server with. */
export interface ServerPlan {
  readonly name: string;
  readonly source: ProgramSource;
  readonly args: readonly string[];
  readonly port: number;
  readonly dataDir: string;
  readonly probe: Probe;
  readonly runAs?: RunAs;
  /** Stops it in order, without waiting for its clients. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

const readyMs = 120_000;
const stopMs = 15_000;

/** One server's process, across starts and stops. */
export class ServerProcess {
  readonly #plan: ServerPlan;
  readonly #log: string;
  #child: ChildProcess | undefined;

  constructor(plan: ServerPlan) {
    this.#plan = plan;
    this.#log = join(plan.dataDir, `${plan.name}.log`);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits until it is ready. Throws with the end of its log if it does not become ready. */
  async start(): Promise<void> {
    const { source, args, dataDir, name } = this.#plan;
    mkdirSync(dataDir, { recursive: true });
    const log = openSync(this.#log, 'a');
    // In a separate session: Ctrl-C only reaches the parent, which stops its servers in its own order.
    const child = spawn(source.command, [...source.args, ...args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...source.env },
      ...this.#plan.runAs,
    });
    closeSync(log);
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      throw new Error(`${name} could not be started (${source.way}): ${error.message}`, { cause: error });
    }
    const { pid } = child;
    this.#child = child;
    tellWatchdog({ started: pid });
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
      tellWatchdog({ ended: pid });
    });
    await this.#untilReady(child);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.kill('SIGCONT');
    child.kill(this.#plan.stopSignal ?? 'SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended(child);
    clearTimeout(kill);
  }

  async kill9(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.kill('SIGKILL');
    await ended(child);
  }

  signal(name: NodeJS.Signals): void {
    if (!this.#child?.kill(name)) throw new Error(`${this.#plan.name} does not run: it cannot get ${name}`);
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const { port, probe, name, source } = this.#plan;
    const deadline = Date.now() + readyMs;
    let problem: string | undefined = 'it has not been probed yet';
    while (Date.now() < deadline) {
      if (hasEnded(child)) throw await this.#failure(`ended with ${child.exitCode ?? child.signalCode}`);
      problem = await probe(port);
      if (problem === undefined && !hasEnded(child)) return;
      await wait(50);
    }
    await this.kill9();
    throw await this.#failure(
      `was not ready within ${readyMs / 1000} s: ${problem} (${source.way}, ${name})`,
    );
  }

  async #failure(what: string): Promise<Error> {
    const text = await readFile(this.#log, 'utf8').catch(() => '');
    const { name, source } = this.#plan;
    return new Error(
      `${name} (${source.way}) ${what}. The end of its log, ${this.#log}:\n${lastLines(text) || '(empty)'}`,
    );
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function ended(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await once(child, 'exit');
}
