/** The last line of what was stopped with Ctrl-C. */
export const STOPPED = 'Stopped. Nothing is left running.';

/** The last line of a run with `--once`. Commands to try would find nothing that answers. */
export function endingOnce(outcome: string, command: string): string {
  return `\n${outcome} To try it yourself, run it without --once: ${command}`;
}
