/** Someone else wrote first: the version expected is not the one that is there. Read again and decide anew. */
export class VersionConflictError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} was changed by someone else in the meantime`, options);
    this.name = 'VersionConflictError';
  }
}

/** A store or the bus cannot be reached, or is not able to answer for now. Waiting and trying again helps. */
export class UnavailableError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} cannot be reached`, options);
    this.name = 'UnavailableError';
  }
}

/** A store understood and refused. Trying the same again does not help. */
export class StoreRefusedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreRefusedError';
  }
}
