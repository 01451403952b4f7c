import { hideFields } from '@nestjs-spark/foundation/internal';

/** Someone else wrote first: the stored version is not the expected one. Read again and decide based on what is stored now. */
export class VersionConflictError extends Error {
  /** @param id the document that the message reports as changed */
  constructor(id: string, options?: ErrorOptions) {
    super(`${id} was changed by someone else in the meantime`, options);
    this.name = 'VersionConflictError';
  }
}

/** A store or the bus cannot be reached, or cannot answer for now. Wait and retry. */
export class UnavailableError extends Error {
  /** Whether the failure is independent of what was sent: a locked file, a full disk. If false, the request may be the cause. */
  readonly whateverIsSent: boolean;
  /**
   * Whether the server itself answered with a failure. If false, there was no answer, or only one from something in between, such
   * as a proxy.
   */
  readonly answered: boolean;

  /**
   * @param message a complete sentence for operators: what is unavailable, why, and the remedy if known
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
    hideFields(this, 'whateverIsSent', 'answered');
  }
}

/** A store understood the request and refused it. Repeating it does not help, unless `mayPass`. */
export class StoreRefusedError extends Error {
  /** The store failed while executing the request, so the same request may succeed next time. */
  readonly mayPass: boolean;

  /** @param options `mayPass`: default false */
  constructor(message: string, options: ErrorOptions & { mayPass?: boolean } = {}) {
    super(message, options);
    this.name = 'StoreRefusedError';
    this.mayPass = options.mayPass ?? false;
    hideFields(this, 'mayPass');
  }
}

/** The kind of a refusal because a list, a string, a number or nothing was given where a document is expected, for example as a request's body. */
export const NOT_AN_OBJECT = 'not-an-object';

/** The kind of a refusal because an entity is nested deeper than any store accepts, which a small body can be. */
export const TOO_DEEP = 'too-deep';

/** A store refused the content of one document. It would accept everything else in the same write. */
export class ContentRefusedError extends StoreRefusedError {
  /** The document, if the store named it; null when it still has to be found. */
  readonly documentId: string | null;
  /** The kind of refusal, as the lists of set-aside documents show it. */
  readonly kind: string;

  /** @param options `kind`: default `refused` */
  constructor(message: string, documentId: string | null, options: ErrorOptions & { kind?: string } = {}) {
    super(message, options);
    this.name = 'ContentRefusedError';
    this.documentId = documentId;
    this.kind = options.kind ?? 'refused';
    hideFields(this, 'documentId', 'kind');
  }

  /** One error per refused document. */
  get refusals(): readonly ContentRefusedError[] {
    return [this];
  }
}

/** Several documents of one set are refused, each for its own reason; nothing of the set was written. */
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

/** The kind of a copy that is set aside because another document has its id. */
export const NOT_A_COPY = 'not-a-copy';

/** The kind of a copy that is set aside because the store refuses to delete it. */
export const NOT_DELETED = 'not-deleted';

/**
 * Ids to be put are taken by documents that are not copies of the task, or not of the same source document. Nothing was written;
 * the rest of the set would be accepted.
 */
export class NotACopyError extends ContentRefusedError {
  /** Why each id cannot be put, keyed by the ids as spelled in the set. */
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
 * An attachment's content is neither where the change set says nor at the copy, or it does not match its hash. Nothing was
 * written; the owner has to send it again, which a resync from the checkpoint causes.
 */
export class ContentMissingError extends Error {
  /** @param message a complete sentence: which content, and what is wrong with it */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ContentMissingError';
  }
}
