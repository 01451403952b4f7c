/**
 * A command to print: without a progress meter, but with errors, and with a line break after the answer.
 * @param after what else to write after the answer, in the format of `--write-out`
 */
export function curl(request: string, after = ''): string {
  return `curl -sS -w '\\n${after}' ${request}`;
}
