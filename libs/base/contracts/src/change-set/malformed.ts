/** A message in a task's log is not a change set that this version can read. */
export class MalformedChangeSetError extends Error {
  /** @param reason follows on "Not a change set:" */
  constructor(reason: string, options?: ErrorOptions) {
    super(`Not a change set: ${reason}`, options);
    this.name = 'MalformedChangeSetError';
  }
}
