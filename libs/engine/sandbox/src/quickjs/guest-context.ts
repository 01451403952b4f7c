import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';

/** A value inside a sandbox. */
export type GuestHandle = QuickJSHandle;

/** What a program needs to install itself in a sandbox. Everything here throws what the guest's code throws. */
export class GuestContext {
  readonly #context: QuickJSContext;

  constructor(context: QuickJSContext) {
    this.#context = context;
  }

  /** Evaluates code and returns its value. `file` is the name in stacks. */
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

  /** A function of the host: one string in, one string out. Nothing else crosses. */
  hostFunction(name: string, answer: (question: string) => string): GuestHandle {
    return this.#context.newFunction(name, (question) =>
      this.#context.newString(answer(this.#context.getString(question))),
    );
  }
}
