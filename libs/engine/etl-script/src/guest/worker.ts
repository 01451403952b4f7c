import { parentPort, workerData } from 'node:worker_threads';
import type { CompiledScript } from '../compile/compile-script.ts';
import { OPENING, type Job, type WorkerMessage, type WorkerSettings } from './messages.ts';
import { runJob, type SandboxKeeper } from './run-job.ts';
import { Sandbox } from './sandbox.ts';

const settings = workerData as WorkerSettings;
const beats = new Int32Array(settings.beats);

// Scripts see UTC whatever the machine's zone is: QuickJS asks this thread's Date for the offset.
// oxlint-disable-next-line no-extend-native -- this thread is the sandbox's alone
Date.prototype.getTimezoneOffset = () => 0;

class Keeper implements SandboxKeeper {
  #script: CompiledScript | undefined;
  #sandbox: Sandbox | undefined;

  async use(script: CompiledScript): Promise<void> {
    this.#script = script;
    this.#sandbox = undefined;
    const isRun = !script.projection && (!script.passesThrough || script.deleteBehaviors.length > 0);
    if (isRun) await this.renew();
  }

  get script(): CompiledScript {
    if (!this.#script) throw new Error('a job came before its script');
    return this.#script;
  }

  run(batch: string): string {
    if (!this.#sandbox) throw new Error('a batch came before its sandbox');
    return this.#sandbox.run(batch);
  }

  async renew(): Promise<void> {
    // The old one is left to the collector: disposing of a broken sandbox may abort.
    this.#sandbox = undefined;
    Atomics.store(beats, OPENING, 1);
    this.#sandbox = await Sandbox.open(this.script, settings, () => this.beat());
    this.beat();
    Atomics.store(beats, OPENING, 0);
  }

  async renewIfNeeded(): Promise<void> {
    if (this.#sandbox?.hasLeftovers) await this.renew();
  }

  beat(): void {
    Atomics.add(beats, 0, 1);
  }
}

const keeper = new Keeper();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has none
const say = (message: WorkerMessage) => parentPort?.postMessage(message);

async function answer(job: Job): Promise<void> {
  if (job.script) await keeper.use(job.script);
  const reply = await runJob(keeper.script, job, keeper);
  say({ type: 'reply', reply });
  giveBack(job);
  await keeper.renewIfNeeded();
}

/** The collector sees small objects only and would come late for what lies outside of its heap. */
function giveBack({ documents, loads }: Job): void {
  documents?.buffer.transfer(0);
  loads?.buffer.transfer(0);
}

// Jobs come one at a time; an error here ends the worker, which its owner sees.
let queue = Promise.resolve();
parentPort?.on('message', (job: Job) => {
  queue = queue.then(() => answer(job));
});
say({ type: 'ready' });
