const PAGE_BYTES = 64 * 1024;
// What the QuickJS build asks for at its start.
const FIRST_PAGES = 256;

/** The part of WebAssembly.Memory used here; the standard library's types have it only for browsers. */
export interface WasmMemory {
  /** Replaced when the memory grows: never keep it. */
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

declare const WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => WasmMemory };

/** Memory that cannot grow over a limit, whatever the script does. QuickJS' own limit does not bound it. */
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

  /** Whether more was asked for than there may be. A program can catch that and go on. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** The same memory as new. What used it before must not run any more. */
  wiped(): this {
    new Uint8Array(this.wasm.buffer).fill(0);
    this.#wasRefused = false;
    return this;
  }
}
