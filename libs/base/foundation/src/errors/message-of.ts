/** An error's own message, as it is, without its causes: to be part of another message. In a log, `describeError`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
