import { asTyped } from '../as-typed.ts';
import { describeRefusal, type DefinitionRefusedError } from '@nestjs-spark/pipelines/embedded';
import type { Outcome } from '../outcome.ts';

/** The exit code of a command about pipelines. */
export type ExitCode = Outcome['exitCode'];

export const DONE = 0;
export const FAILED = 1;
/** The definition or the command is refused. */
export const REFUSED = 2;
export const UNREACHABLE = 3;

/** Definitions, records and reasons come from others: their authors must not control this terminal. */
export function print(text: string): void {
  console.log(asTyped(text, process.env));
}

/** As `print`, for what is not the result. */
export function tell(text: string): void {
  console.error(asTyped(text, process.env));
}

export function say(text: string): ExitCode {
  print(text);
  return DONE;
}

export function refuse(text: string): ExitCode {
  tell(text);
  return REFUSED;
}

/** Why an option with fixed values cannot be this one; null if it can, or was not given. Pure. */
export function oneOfFault(name: string, value: string | undefined, known: readonly string[]): string | null {
  if (value === undefined || known.includes(value)) return null;
  return `--${name} has to be ${known.join(' or ')}, not "${value}"`;
}

/** Names each fault with its position in the file. */
export function refuseDefinition(file: string, { refusals }: DefinitionRefusedError): ExitCode {
  const shown = refusals.map((refusal) => ({ ...refusal, pointer: shortened(refusal.pointer) }));
  return refuse(shown.map((refusal) => `${file}:${describeRefusal(refusal)}`).join('\n'));
}

const LONGEST_POINTER = 80;

/** A file that is no definition may have a whole text for a key. */
function shortened(pointer: string): string {
  const [line = ''] = pointer.split('\n');
  return line === pointer && line.length <= LONGEST_POINTER ? pointer : `${line.slice(0, LONGEST_POINTER)}…`;
}
