/** Someone else wrote first: the version expected is not the one that is there. Read again and decide by what is there now. */
export class VersionConflictError extends Error {
  /** @param id of the document, which the message says was changed */
  constructor(id: string, options?: ErrorOptions) {
    super(`${id} was changed by someone else in the meantime`, options);
    this.name = 'VersionConflictError';
  }
}

/** A store or the bus cannot be reached, or is not able to answer for now. Waiting and trying again helps. */
export class UnavailableError extends Error {
  /** It would have failed whatever was sent: a locked file, a full disk. Otherwise what was sent may be what broke it. */
  readonly whateverIsSent: boolean;
  /** It answered, and said that it failed. Otherwise nobody answered, or somebody on the way did. */
  readonly answered: boolean;

  /**
   * @param message a whole sentence, shown to operators: what is unavailable, why, and the remedy where it is known
   * @param options both default to false
   */
  constructor(
    message: string,
    options: ErrorOptions & { whateverIsSent?: boolean; answered?: boolean } = {},
  ) {
    super(message, options);
    this.name = 'UnavailableError';
    this.whateverIsSent = options.whateverIsSent ?? false;
    this.answered = options.answered ?? false;
  }
}

/** A store understood and refused. Trying the same again does not help. */
export class StoreRefusedError extends Error {
  /** The store failed while it did what it was asked, so the same may be done the next time after all. */
  readonly mayPass: boolean;

  /** @param options `mayPass`: default false */
  constructor(message: string, options: ErrorOptions & { mayPass?: boolean } = {}) {
    super(message, options);
    this.name = 'StoreRefusedError';
    this.mayPass = options.mayPass ?? false;
  }
}

/** A store would not take what a document holds. Everything else that was to be written with it would be taken. */
export class ContentRefusedError extends StoreRefusedError {
  /** Which document, where the store says so; null when it has to be found. */
  readonly documentId: string | null;
  /** The sort of refusal, as lists of what is set aside show it. */
  readonly kind: string;

  /** @param options `kind`: default `refused` */
  constructor(message: string, documentId: string | null, options: ErrorOptions & { kind?: string } = {}) {
    super(message, options);
    this.name = 'ContentRefusedError';
    this.documentId = documentId;
    this.kind = options.kind ?? 'refused';
  }

  /** What was refused, one by one. */
  get refusals(): readonly ContentRefusedError[] {
    return [this];
  }
}

/** Several documents of one set are refused, each for its own reason; with them nothing at all was written. */
export class DocumentsRefusedError extends ContentRefusedError {
  readonly #refusals: readonly ContentRefusedError[];

  /** @param refusals at least one, each naming its document */
  constructor(refusals: readonly [ContentRefusedError, ...ContentRefusedError[]]) {
    const [first] = refusals;
    super(first.message, first.documentId, { cause: first, kind: first.kind });
    this.name = 'DocumentsRefusedError';
    this.#refusals = refusals;
  }

  override get refusals(): readonly ContentRefusedError[] {
    return this.#refusals;
  }
}

/** The kind of what is set aside because something else stands at its id. */
export const NOT_A_COPY = 'not-a-copy';

/**
 * Something that is not a copy of the task, or not of this document, stands at ids that a set would put. Nothing was written;
 * the rest of the set would be taken.
 */
export class NotACopyError extends ContentRefusedError {
  /** Why each of these ids cannot be put, by the id as the set has it. */
  readonly inTheWay: ReadonlyMap<string, string>;

  /** @param inTheWay at least one */
  constructor(inTheWay: ReadonlyMap<string, string>, options?: ErrorOptions) {
    const [first] = inTheWay;
    const reason = first?.[1] ?? 'Something that is not a copy is in the way';
    super(reason, first?.[0] ?? null, { ...options, kind: NOT_A_COPY });
    this.name = 'NotACopyError';
    this.inTheWay = inTheWay;
  }

  override get refusals(): readonly ContentRefusedError[] {
    return [...this.inTheWay].map(
      ([id, reason]) => new ContentRefusedError(reason, id, { kind: NOT_A_COPY }),
    );
  }
}

/**
 * An attachment's content is neither where the change set says nor at the copy, or is not what its hash says. Nothing was
 * written; the owner has to send it again, which a resync from the checkpoint does.
 */
export class ContentMissingError extends Error {
  /** @param message a whole sentence: which content, and what is wrong with it */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ContentMissingError';
  }
}
