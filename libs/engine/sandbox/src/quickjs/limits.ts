/** The bounds of one sandbox. */
export interface SandboxLimits {
  /** Memory in MiB, at least {@link LEAST_MEMORY_MIB}. A program that wants more breaks the sandbox with kind `memory`. */
  memoryMiB: number;
  /** Time for one item in ms. An item that takes longer breaks the sandbox with kind `timeout`. */
  itemTimeoutMs: number;
  /** Time for one batch in ms, after which the program stops after its current item. Absent: no limit. */
  turnMs?: number;
  /** There is a sandbox with more memory: where this one refuses some, all ends with MemoryWantedError, and nobody is to blame. */
  isSmall?: boolean;
}

/** A sandbox with less cannot be opened: QuickJS itself takes 16 MiB. */
export const LEAST_MEMORY_MIB = 17;
