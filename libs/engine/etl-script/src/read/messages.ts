import type { CompiledScript } from '../compile/compile-script.ts';
import type { ScriptInspection, ScriptProblem, Transformation } from '../types.ts';

/** A script to read. */
export interface ReadJob {
  transformation: Transformation;
  /** Whether to compile it too. */
  compile: boolean;
}

/** The result of reading. */
export interface ReadReply {
  inspection: ScriptInspection;
  /** Absent when it was not requested, or the script has problems. */
  compiled?: CompiledScript;
  /** CPU time used, in ms. */
  ms: number;
}

/** For a script that cannot be read at all, or not in time. */
export function unreadable(reason: string): ScriptProblem {
  return { reason, line: 1, column: 1 };
}
