import type { ScriptFailure, ScriptFailureKind } from '../types.ts';

/** A failure without a known position in the script. */
export function failureWithoutPlace(script: string, kind: ScriptFailureKind, reason: string): ScriptFailure {
  return { kind, script, line: null, column: null, reason };
}
