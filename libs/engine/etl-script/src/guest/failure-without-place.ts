import type { ScriptFailure, ScriptFailureKind } from '../types.ts';

/** A failure of which no place in the script is known. */
export function failureWithoutPlace(script: string, kind: ScriptFailureKind, reason: string): ScriptFailure {
  return { kind, script, line: null, column: null, reason };
}
