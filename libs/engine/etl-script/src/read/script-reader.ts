import { moduleBeside } from '@nestjs-spark/foundation/text';
import { BoundedWorker, LEAST_MEMORY_MIB, WorkerLostError, WorkerSlots } from '@nestjs-spark/sandbox';
import { type CompiledScript, ScriptRefusedError } from '../compile/compile-script.ts';
import type { ScriptInspection, Transformation } from '../types.ts';
import { refused } from '../validate/inspect-script.ts';
import { type ReadJob, type ReadReply, unreadable } from './messages.ts';

/** A script of 64 KiB that its author wants to be slow takes about half a second; a busy machine may take much longer. */
const READ_MS = 10_000;
/** Declarations come together, after a start; then none does for hours, and the thread holds some 25 MB. */
const LONGEST_IDLE_MS = 3_000;

const file = moduleBeside(import.meta.url, './reading-thread');
const READING = {};

/** Reads scripts in a thread of its own, one at a time, requesters in fair turns. The main thread only sees results. */
export class ScriptReader {
  readonly #slots: WorkerSlots<BoundedWorker<ReadJob, ReadReply>>;

  constructor({ idleMs }: { idleMs: number }) {
    const limits = { memoryMiB: LEAST_MEMORY_MIB, itemTimeoutMs: READ_MS };
    this.#slots = new WorkerSlots({
      maxWorkers: 1,
      idleMs: Math.min(idleMs, LONGEST_IDLE_MS),
      start: () => new BoundedWorker<ReadJob, ReadReply>({ file, limits, transfers: () => [] }),
    });
  }

  async inspect(transformation: Transformation, signal?: AbortSignal): Promise<ScriptInspection> {
    return (await this.#read({ transformation, compile: false }, signal)).inspection;
  }

  /** @throws {ScriptRefusedError} when the script has problems */
  async compile(transformation: Transformation, signal?: AbortSignal): Promise<CompiledScript> {
    const { compiled, inspection } = await this.#read({ transformation, compile: true }, signal);
    if (!compiled) throw new ScriptRefusedError(transformation.name, inspection.problems);
    return compiled;
  }

  close(): Promise<void> {
    return this.#slots.close();
  }

  async #read(job: ReadJob, signal: AbortSignal | undefined): Promise<ReadReply> {
    const { requester, name } = job.transformation;
    const worker = await this.#slots.take({ program: READING, payer: requester ?? name, signal });
    worker.program = READING;
    let ms = READ_MS;
    try {
      const reply = await worker.run(job);
      ({ ms } = reply);
      return reply;
    } catch (error) {
      if (!(error instanceof WorkerLostError) || this.#slots.isClosed) throw error;
      return {
        inspection: refused(unreadable('the script takes too long, or too much memory, to parse')),
        ms,
      };
    } finally {
      this.#slots.giveBack(worker, { spoiled: ms === READ_MS, ms, openingMs: 0, slow: false });
    }
  }
}
