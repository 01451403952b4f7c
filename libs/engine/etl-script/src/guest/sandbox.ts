import releaseVariant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from 'quickjs-emscripten-core';
import type { CompiledScript } from '../compile/compile-script.ts';
import { behaviorFor } from '../validate/find-behaviors.ts';
import { MISSING_FUNCTIONS } from '../validate/language.ts';
import type { ScriptFailureKind } from '../types.ts';
import { EXTRAS_PROGRAM } from '../extras/extras-program.ts';
import { guestExtras } from './guest-extras.ts';
import { Locales } from '../locale/in-locale.ts';
import { LOCALE_PROGRAM } from '../locale/locale-program.ts';
import { GUEST_PROGRAM } from './guest-program.ts';
import { cappedMemory } from './capped-memory.ts';
import { DocumentClock } from './document-clock.ts';

// With more, a script reaches the end of the host's own stack first, and a host exception breaks the module.
const STACK_BYTES = 32 * 1024;

/** The bounds of one sandbox. */
export interface SandboxLimits {
  memoryMiB: number;
  documentTimeoutMs: number;
}

/** A batch that did not come to its end; the sandbox is not usable any more. */
export class SandboxBrokenError extends Error {
  override readonly name = 'SandboxBrokenError';
  readonly kind: Exclude<ScriptFailureKind, 'invalid-output'>;
  /** The document that ran, or -1. */
  readonly at: number;

  constructor(kind: SandboxBrokenError['kind'], at: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.kind = kind;
    this.at = at;
  }
}

/** One script in one QuickJS instance, whose memory cannot grow over its limit. Only text goes in and out. */
export class Sandbox {
  readonly #context: QuickJSContext;
  readonly #runtime: QuickJSRuntime;
  readonly #clock: DocumentClock;
  readonly #run: QuickJSHandle;

  private constructor(
    context: QuickJSContext,
    runtime: QuickJSRuntime,
    clock: DocumentClock,
    run: QuickJSHandle,
  ) {
    this.#context = context;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#run = run;
  }

  /** @param onProgress called from time to time while a batch comes forward. */
  static async open(script: CompiledScript, limits: SandboxLimits, onProgress: () => void): Promise<Sandbox> {
    const memory = cappedMemory(limits.memoryMiB);
    const quickjs = await newQuickJSWASMModuleFromVariant(
      newVariant(defaultOf(releaseVariant), { wasmMemory: memory }),
    );
    const runtime = quickjs.newRuntime();
    runtime.setMaxStackSize(STACK_BYTES);
    const context = runtime.newContext();
    addLocales(context);
    const boot = evaluate(context, GUEST_PROGRAM, 'etl');
    const makeExtras = evaluate(context, EXTRAS_PROGRAM, 'etl');
    const main = evaluate(context, script.program, 'script');
    const behaviors = context.newArray();
    script.behaviorPrograms.forEach((program, number) => {
      evaluate(context, program, 'script').consume((handle) => context.setProp(behaviors, number, handle));
    });
    const config = context.newString(JSON.stringify(configOf(script)));
    const guest = call(context, boot, [config, main, behaviors, makeExtras]);
    const progress = context.getProp(guest, 'progress');
    const at = context.getProp(progress, 'buffer').consume((buffer) => context.getArrayBuffer(buffer));
    const clock = new DocumentClock(memory, at.value.byteOffset, limits.documentTimeoutMs, onProgress);
    runtime.setInterruptHandler(() => clock.isOver());
    return new Sandbox(context, runtime, clock, context.getProp(guest, 'run'));
  }

  /** Runs one batch, given and answered in the guest program's format. Throws SandboxBrokenError. */
  run(batch: string): string {
    this.#clock.start();
    try {
      const text = this.#context.newString(batch);
      const result = this.#context.callFunction(this.#run, this.#context.undefined, text);
      text.dispose();
      if (result.error) throw this.#broken(this.#context.dump(result.error));
      return result.value.consume((answer) => this.#context.getString(answer));
    } catch (error) {
      if (error instanceof SandboxBrokenError) throw error;
      throw new SandboxBrokenError('crashed', this.#clock.at, `the sandbox broke: ${String(error)}`, {
        cause: error,
      });
    }
  }

  /** Promises and the like were started; they never run, and would fill the memory. */
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
      return new SandboxBrokenError('memory', this.#clock.at, 'the script used more memory than it may');
    }
    return new SandboxBrokenError('crashed', this.#clock.at, message);
  }
}

/** The package's types say that Node finds a CommonJS module there; it finds an ES module. */
function defaultOf<T extends object>(module: { default: T } | T): T {
  return 'default' in module ? module.default : module;
}

function configOf(script: CompiledScript) {
  const generic = behaviorFor(script.deleteBehaviors, '');
  return {
    targets: script.targets,
    careful: script.careful,
    leavesAlone: script.leavesAlone,
    patch: script.patch,
    passesThrough: script.passesThrough,
    genericBehavior: generic === undefined ? -1 : script.deleteBehaviors.indexOf(generic),
    missing: MISSING_FUNCTIONS,
    extras: script.extras && guestExtras(script, script.extras),
  };
}

function addLocales(context: QuickJSContext): void {
  const locales = new Locales();
  const inLocale = context.newFunction('inLocale', (question) =>
    context.newString(locales.answer(context.getString(question))),
  );
  call(context, evaluate(context, LOCALE_PROGRAM, 'etl'), [inLocale]).dispose();
}

function evaluate(context: QuickJSContext, code: string, file: string): QuickJSHandle {
  return context.unwrapResult(context.evalCode(code, file));
}

function call(context: QuickJSContext, callee: QuickJSHandle, args: QuickJSHandle[]): QuickJSHandle {
  return context.unwrapResult(context.callFunction(callee, context.undefined, ...args));
}
