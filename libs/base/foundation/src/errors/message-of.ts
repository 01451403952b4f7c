/** An error's own message, unchanged and without its causes, to be embedded in another message. For logs, use `describeError`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
