import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';

/** A value inside a sandbox. */
export type GuestHandle = QuickJSHandle;

/** What a program needs to load itself into a sandbox. All methods throw what the guest's code throws. */
export class GuestContext {
  readonly #context: QuickJSContext;

  constructor(context: QuickJSContext) {
    this.#context = context;
  }

  /** Evaluates code and returns its value. `file` appears in stacks. */
  evaluate(code: string, file: string): GuestHandle {
    return this.#context.unwrapResult(this.#context.evalCode(code, file));
  }

  call(callee: GuestHandle, args: GuestHandle[]): GuestHandle {
    return this.#context.unwrapResult(this.#context.callFunction(callee, this.#context.undefined, ...args));
  }

  text(value: string): GuestHandle {
    return this.#context.newString(value);
  }

  list(items: GuestHandle[]): GuestHandle {
    const list = this.#context.newArray();
    items.forEach((item, at) => item.consume((handle) => this.#context.setProp(list, at, handle)));
    return list;
  }

  /** A function provided by the host: one text in, one text out. Nothing else crosses. */
  hostFunction(name: string, answer: (question: string) => string): GuestHandle {
    return this.#context.newFunction(name, (question) =>
      this.#context.newString(answer(this.#context.getString(question))),
    );
  }
}
