import type { CompiledScript } from '../compile/compile-script.ts';
import { LINES_BEFORE, originalColumn } from '../compile/edit-text.ts';
import type { RawFailure } from './messages.ts';
import type { ScriptFailure } from '../types.ts';

/**
 * Describes a failure in terms of the user's text: the innermost position in the script that the stack names. It parses text
 * produced by the script, so it must only be called in the worker.
 */
export function describeFailure(script: CompiledScript, { kind, reason, stack }: RawFailure): ScriptFailure {
  const place = /script:(\d{1,9}):(\d{1,9})/.exec(stack);
  const line = Number(place?.[1] ?? 0) - LINES_BEFORE;
  const column = Number(place?.[2] ?? 0) - 1;
  const found = place !== null && line > 0;
  const written = found ? originalColumn(script.shifts, line - 1, column) : 0;
  return {
    kind,
    script: script.name,
    line: found ? line : null,
    column: found ? written + 1 : null,
    reason: sayUndeclared(script, found ? nameCallee(reason, textBefore(script, line, written)) : reason),
  };
}

const READ_ONLY = /^TypeError: '([\p{L}\p{N}_$]+)' is read-only$/u;

/** The sandbox reports an undeclared variable as read-only; a property of that name may really be so. */
function sayUndeclared(script: CompiledScript, reason: string): string {
  const name = READ_ONLY.exec(reason)?.[1];
  if (name === undefined || !script.undeclared.includes(name)) return reason;
  return `ReferenceError: ${name} is not declared; write "let ${name}" before it is assigned`;
}

/** Only the end of a longer callee is named. */
const LONGEST_CALLEE = 200;

/** What precedes a position on its line, as far as a name could reach. */
function textBefore({ source }: CompiledScript, line: number, column: number): string {
  let start = 0;
  for (let passed = 1; passed < line; passed++) {
    const end = source.indexOf('\n', start);
    // A script can forge its own stack.
    if (end < 0) return '';
    start = end + 1;
  }
  return source.slice(start + Math.max(0, column - LONGEST_CALLEE), start + column);
}

const NOT_A_FUNCTION = 'TypeError: not a function';
const OF_A_CALLEE = /[\p{L}\p{N}_$.[\]'"]/u;

/** The sandbox only says that something is not a function; the text before the call says what. */
function nameCallee(reason: string, before: string): string {
  if (reason !== NOT_A_FUNCTION) return reason;
  const text = before.trimEnd();
  let start = text.length;
  while (start > 0 && OF_A_CALLEE.test(text.charAt(start - 1))) start--;
  return start < text.length ? `TypeError: ${text.slice(start)} is not a function` : reason;
}
