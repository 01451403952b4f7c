import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten-core';
import { CappedMemory } from './capped-memory.ts';
import { GuestContext, type GuestHandle } from './guest-context.ts';
import { ItemClock } from './item-clock.ts';
import type { SandboxLimits } from './limits.ts';
import { loadQuickJs } from './load-quickjs.ts';
import { LongTexts } from './long-texts.ts';

// With more, a program overflows the host's own stack first, and a host exception breaks the module.
const STACK_BYTES = 32 * 1024;

/** Of this thread. */
const longTexts = new LongTexts();

/**
 * How a program broke its sandbox: `timeout` an item exceeded its time; `memory` it exceeded the sandbox's memory; `thrown` the
 * program threw outside of an item; `crashed` it broke QuickJS itself.
 */
export type SandboxFailureKind = 'thrown' | 'timeout' | 'memory' | 'crashed';

/** A batch that did not finish. The sandbox is no longer usable: open another one. */
export class SandboxBrokenError extends Error {
  override readonly name = 'SandboxBrokenError';
  readonly kind: SandboxFailureKind;
  /** The number of the item that was running, or -1. */
  readonly at: number;

  constructor(kind: SandboxFailureKind, at: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.kind = kind;
    this.at = at;
  }
}

/** A small sandbox refused memory: what ran has to run again in a larger one. The sandbox is no longer usable. */
export class MemoryWantedError extends Error {
  override readonly name = 'MemoryWantedError';
}

/** What is installed in a sandbox, and how it communicates. */
export interface SandboxOptions {
  limits: SandboxLimits;
  /**
   * Loads the program and returns a guest object with `run(batch: string): string` and `progress`, an `Int32Array` whose first
   * element the program sets to the number of the current item. When the second is not 0, `run` should return after the current
   * item: its turn is over.
   */
  boot(guest: GuestContext): GuestHandle;
  /** Called from time to time while a batch makes progress. */
  onProgress(): void;
  /**
   * The sandbox that this one replaces; it can no longer be used. Its memory is wiped and taken over: the collector would
   * come late for it, and a program that breaks one sandbox after the other would have many times its limit.
   */
  replaces?: Sandbox | undefined;
}

/** One program in one QuickJS instance, whose memory cannot grow beyond its limit. Only text goes in and out. */
export class Sandbox {
  readonly #memory: CappedMemory;
  readonly #isSmall: boolean;
  readonly #context: QuickJSContext;
  readonly #runtime: QuickJSRuntime;
  readonly #clock: ItemClock;
  readonly #run: QuickJSHandle;

  private constructor(
    memory: CappedMemory,
    isSmall: boolean,
    context: QuickJSContext,
    runtime: QuickJSRuntime,
    clock: ItemClock,
    run: QuickJSHandle,
  ) {
    this.#memory = memory;
    this.#isSmall = isSmall;
    this.#context = context;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#run = run;
  }

  /** Opens a sandbox; throws what the program throws while it is installed. Takes about 10 ms. */
  static async open(options: SandboxOptions): Promise<Sandbox> {
    const { limits, replaces } = options;
    const memory = replaces ? replaces.#memory.wiped() : new CappedMemory(limits.memoryMiB);
    try {
      return await Sandbox.#openIn(memory, options);
    } catch (error) {
      throw limits.isSmall && memory.wasRefused ? new MemoryWantedError() : error;
    }
  }

  static async #openIn(memory: CappedMemory, { limits, boot, onProgress }: SandboxOptions): Promise<Sandbox> {
    const quickjs = await loadQuickJs(memory.wasm);
    const runtime = quickjs.newRuntime();
    runtime.setMaxStackSize(STACK_BYTES);
    const context = runtime.newContext();
    const guest = boot(new GuestContext(context));
    const progress = context.getProp(guest, 'progress');
    const at = context.getProp(progress, 'buffer').consume((buffer) => context.getArrayBuffer(buffer));
    const clock = new ItemClock(memory.wasm, at.value.byteOffset, limits, onProgress);
    runtime.setInterruptHandler(() => clock.isOver());
    return new Sandbox(
      memory,
      limits.isSmall === true,
      context,
      runtime,
      clock,
      context.getProp(guest, 'run'),
    );
  }

  /** Runs one batch, given and returned in the program's own format. Throws SandboxBrokenError, or MemoryWantedError. */
  run(batch: string): string {
    try {
      return this.#runOnce(batch);
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- takes precedence over any result
      if (this.#wantsMore()) throw new MemoryWantedError();
    }
  }

  /** What a program does after it was refused memory depends on how much there is, whether it failed or not. */
  #wantsMore(): boolean {
    return this.#isSmall && this.#memory.wasRefused;
  }

  #runOnce(batch: string): string {
    this.#clock.start();
    try {
      const given = this.#context.newString(batch);
      const result = this.#context.callFunction(this.#run, this.#context.undefined, given);
      given.dispose();
      if (result.error) throw this.#broken(this.#context.dump(result.error));
      const text = result.value.consume((answer) => this.#context.getString(answer));
      longTexts.passed(text);
      return text;
    } catch (error) {
      if (error instanceof SandboxBrokenError) throw error;
      throw new SandboxBrokenError('crashed', this.#clock.at, `the sandbox broke: ${String(error)}`, {
        cause: error,
      });
    }
  }

  /** Promises and the like are pending; they never run, and would fill the memory. */
  get hasLeftovers(): boolean {
    return this.#runtime.hasPendingJob();
  }

  #broken(error: unknown): SandboxBrokenError {
    const message =
      typeof error === 'object' && error !== null && 'message' in error
        ? String(error.message)
        : String(error);
    if (message === 'interrupted') {
      return new SandboxBrokenError(
        'timeout',
        this.#clock.at,
        `the script did not end within ${this.#clock.limitMs} ms`,
      );
    }
    if (message === 'out of memory' || error === null) {
      return new SandboxBrokenError(
        'memory',
        this.#clock.at,
        'the script used more memory than it is allowed',
      );
    }
    return new SandboxBrokenError('crashed', this.#clock.at, message);
  }
}
