/** A message in a task's log that this version cannot read as a change set. */
export class MalformedChangeSetError extends Error {
  /** @param reason completes "Not a change set:" */
  constructor(reason: string, options?: ErrorOptions) {
    super(`Not a change set: ${reason}`, options);
    this.name = 'MalformedChangeSetError';
  }
}
