import {
  type JobServer,
  MemoryWantedError,
  type Sandbox,
  serveJobs,
  type WorkerThread,
} from '@nestjs-spark/sandbox';
import type { CompiledScript } from '../compile/compile-script.ts';
import { buffersOf } from './large-puts.ts';
import type { Job, Reply } from './messages.ts';
import { openSandbox } from './open-sandbox.ts';
import type { OutputBounds } from './output-budget.ts';
import { ReplyBuilder } from './reply-builder.ts';
import { runJob, type SandboxKeeper } from './run-job.ts';

// Scripts see UTC regardless of the machine's time zone: QuickJS asks this thread's Date for the offset.
// oxlint-disable-next-line no-extend-native -- this thread is the sandbox's alone
Date.prototype.getTimezoneOffset = () => 0;

class ScriptServer implements JobServer<Job, Reply>, SandboxKeeper {
  readonly #thread: WorkerThread;
  #script: CompiledScript | undefined;
  #bounds: OutputBounds | undefined;
  #sandbox: Sandbox | undefined;

  constructor(thread: WorkerThread) {
    this.#thread = thread;
  }

  async answer(job: Job): Promise<Reply> {
    const before = userMs();
    this.#bounds = job.bounds;
    let opened = before;
    const work = async (): Promise<Reply> => {
      if (job.script) await this.#use(job.script);
      opened = userMs();
      return runJob(this.#current(), job, this);
    };
    const reply = await work().catch((error: unknown) => {
      if (error instanceof MemoryWantedError) return wantsMemory(job);
      throw error;
    });
    return { ...reply, ms: userMs() - before, openingMs: opened - before };
  }

  transfers({ large }: Reply): ArrayBuffer[] {
    return buffersOf(Object.values(large));
  }

  async settle(job: Job): Promise<void> {
    giveBack(job);
    if (this.#sandbox?.hasLeftovers) await this.renew();
  }

  run(batch: string): string {
    if (!this.#sandbox) throw new Error('a batch came before its sandbox');
    return this.#sandbox.run(batch);
  }

  async renew(): Promise<void> {
    // Does not dispose of the old one: with a broken sandbox that may abort the process.
    const old = this.#sandbox;
    this.#sandbox = undefined;
    if (!this.#bounds) throw new Error('a sandbox came before its job');
    this.#sandbox = await openSandbox(this.#current(), this.#bounds, this.#thread, old);
  }

  beat(): void {
    this.#thread.beat();
  }

  async #use(script: CompiledScript): Promise<void> {
    this.#script = script;
    const isRun = !script.projection && (!script.passesThrough || script.deleteBehaviors.length > 0);
    if (isRun) await this.renew();
  }

  #current(): CompiledScript {
    if (!this.#script) throw new Error('a job came before its script');
    return this.#script;
  }
}

function wantsMemory({ ids }: Job): Reply {
  const reply = new ReplyBuilder(ids);
  reply.wantsMemory = true;
  return reply.build();
}

function userMs(): number {
  return process.threadCpuUsage().user / 1_000;
}

/** The garbage collector only sees the small wrapper objects and would be late for memory outside its heap. */
function giveBack({ documents, loads }: Job): void {
  documents?.buffer.transfer(0);
  loads?.buffer.transfer(0);
}

serveJobs((thread) => new ScriptServer(thread));
