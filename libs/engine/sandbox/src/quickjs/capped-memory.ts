const PAGE_BYTES = 64 * 1024;
// What the QuickJS build requests at startup.
const FIRST_PAGES = 256;

/** The part of WebAssembly.Memory used here, which TypeScript's standard library only declares for browsers. */
export interface WasmMemory {
  /** Replaced when the memory grows: never keep it. */
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

declare const WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => WasmMemory };

/** Memory that cannot grow beyond a limit, whatever the script does. QuickJS' own limit does not ensure that. */
export class CappedMemory {
  readonly wasm: WasmMemory;
  #wasRefused = false;

  constructor(memoryMiB: number) {
    const maximum = Math.floor((memoryMiB * 1024 * 1024) / PAGE_BYTES);
    this.wasm = new WebAssembly.Memory({ initial: Math.min(FIRST_PAGES, maximum), maximum });
    const grow = this.wasm.grow.bind(this.wasm);
    this.wasm.grow = (pages) => {
      try {
        return grow(pages);
      } catch (error) {
        this.#wasRefused = true;
        throw error;
      }
    };
  }

  /** Whether more was requested than allowed. A program can catch that and continue. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** The same memory, reset. Its previous user must not run any more. */
  wiped(): this {
    new Uint8Array(this.wasm.buffer).fill(0);
    this.#wasRefused = false;
    return this;
  }
}
