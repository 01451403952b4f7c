/** Limits of one sandbox. */
export interface SandboxLimits {
  /** Memory in MiB, at least {@link LEAST_MEMORY_MIB}. A program that needs more breaks the sandbox with kind `memory`. */
  memoryMiB: number;
  /** Time for one item in ms. An item that takes longer breaks the sandbox with kind `timeout`. */
  itemTimeoutMs: number;
  /** Time per batch in ms, after which the program stops after its current item. Absent: no limit. */
  turnMs?: number;
  /**
   * A sandbox with more memory exists: when this one refuses memory, everything ends with MemoryWantedError, and no item is
   * blamed.
   */
  isSmall?: boolean;
}

/** A sandbox with less cannot be opened: QuickJS itself takes 16 MiB. */
export const LEAST_MEMORY_MIB = 17;
