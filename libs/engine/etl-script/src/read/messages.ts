import type { CompiledScript } from '../compile/compile-script.ts';
import type { ScriptInspection, ScriptProblem, Transformation } from '../types.ts';

/** A script to read. */
export interface ReadJob {
  transformation: Transformation;
  /** Whether it is to be made ready to run, too. */
  compile: boolean;
}

/** What was read. */
export interface ReadReply {
  inspection: ScriptInspection;
  /** Absent when it was not asked for, or the script has problems. */
  compiled?: CompiledScript;
  /** Processor time that it took, in ms. */
  ms: number;
}

/** A script that cannot be read at all, or not in time. */
export function unreadable(reason: string): ScriptProblem {
  return { reason, line: 1, column: 1 };
}
