import { describeRefusal, type DefinitionRefusedError } from '@nestjs-spark/pipelines/embedded';
import type { Outcome } from '../outcome.ts';

/** How a command about pipelines ends. */
export type ExitCode = Outcome['exitCode'];

export const DONE = 0;
export const FAILED = 1;
/** The definition or the command is. */
export const REFUSED = 2;
export const UNREACHABLE = 3;

export function say(text: string): ExitCode {
  console.log(text);
  return DONE;
}

export function refuse(text: string): ExitCode {
  console.error(text);
  return REFUSED;
}

/** Names each fault with its place in the file. */
export function refuseDefinition(file: string, { refusals }: DefinitionRefusedError): ExitCode {
  return refuse(refusals.map((refusal) => `${file}:${describeRefusal(refusal)}`).join('\n'));
}
