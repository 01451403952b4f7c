import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { QuickJSWASMModule } from 'quickjs-emscripten-core';
import type { WasmMemory } from './capped-memory.ts';

const WASM = '@jitl/quickjs-wasmfile-release-sync/wasm';

/** Only for handing it on. */
type WasmModule = object;

declare const WebAssembly: { compile: (bytes: Uint8Array) => Promise<WasmModule> };

let compiled: Promise<WasmModule> | null = null;

/**
 * QuickJS in a memory of its own. It is compiled once per thread: that takes most of the time in which a sandbox opens, and what
 * was compiled gets faster while it is used.
 */
export async function loadQuickJs(wasmMemory: WasmMemory): Promise<QuickJSWASMModule> {
  // Imported here rather than at the top: most importers of this library never open a sandbox.
  const [{ newQuickJSWASMModuleFromVariant, newVariant }, { default: variant }, wasmModule] =
    await Promise.all([
      import('quickjs-emscripten-core'),
      import('@jitl/quickjs-wasmfile-release-sync'),
      compileOnce(),
    ]);
  return newQuickJSWASMModuleFromVariant(newVariant(defaultOf(variant), { wasmMemory, wasmModule }));
}

function compileOnce(): Promise<WasmModule> {
  compiled ??= readFile(createRequire(import.meta.url).resolve(WASM)).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  compiled.catch(() => (compiled = null));
  return compiled;
}

/** The package's types claim that Node finds a CommonJS module; it finds an ES module. */
function defaultOf<T extends object>(module: { default: T } | T): T {
  return 'default' in module ? module.default : module;
}
