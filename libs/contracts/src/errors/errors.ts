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

/** A store would not take what a document holds. Everything else that was to be written with it would be taken. */
export class ContentRefusedError extends StoreRefusedError {
  /** Which document, where the store says so; null when it has to be found. */
  readonly documentId: string | null;

  constructor(message: string, documentId: string | null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ContentRefusedError';
    this.documentId = documentId;
  }
}

/**
 * Something that is not a copy of the task stands at ids that a set would put. Nothing was written; the rest of the set would
 * be taken.
 */
export class NotACopyError extends ContentRefusedError {
  /** Why each of these ids cannot be put, by the id as the set has it. */
  readonly inTheWay: ReadonlyMap<string, string>;

  constructor(inTheWay: ReadonlyMap<string, string>, options?: ErrorOptions) {
    const [first] = inTheWay;
    super(first?.[1] ?? 'Something that is not a copy is in the way', first?.[0] ?? null, options);
    this.name = 'NotACopyError';
    this.inTheWay = inTheWay;
  }
}

/**
 * An attachment's content is neither where the change set says nor at the copy, or is not what its hash says. Nothing was
 * written; the owner has to send it again, which a resync from the checkpoint does.
 */
export class ContentMissingError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}: its content did not come with the change set`, options);
    this.name = 'ContentMissingError';
  }
}
