const PAGE_BYTES = 64 * 1024;
// What the QuickJS build asks for at its start.
const FIRST_PAGES = 256;

/** The part of WebAssembly.Memory used here; the standard library's types have it only for browsers. */
export interface WasmMemory {
  /** Replaced when the memory grows: never keep it. */
  readonly buffer: ArrayBuffer;
}

declare const WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => WasmMemory };

/** The same memory as new. What used it before must not run any more. */
export function wiped(memory: WasmMemory): WasmMemory {
  new Uint8Array(memory.buffer).fill(0);
  return memory;
}

/** Memory that cannot grow over a limit, whatever the script does. QuickJS' own limit does not bound it. */
export function cappedMemory(memoryMiB: number): WasmMemory {
  const maximum = Math.floor((memoryMiB * 1024 * 1024) / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: Math.min(FIRST_PAGES, maximum), maximum });
}
