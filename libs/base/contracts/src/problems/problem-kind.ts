/** A kind of problem. `type`, `title` and `status` are the same in every answer of this kind. */
export interface ProblemKind {
  /** Its name in code: `ProblemError.kind`. */
  readonly kind: string;
  /** `urn:spark:problem:older-revision` */
  readonly type: `urn:spark:problem:${string}`;
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
}

/** How a problem of a kind is answered. */
export interface ProblemDefinition {
  title: string;
  status: number;
  /** The end of its URN. Default: the kind in kebab case. */
  urn?: string;
}

const kinds = new Map<string, ProblemKind>();

/**
 * Registers a kind of problem. Each library and application defines its own, once, in the file that throws it:
 * `const SOLD_OUT = defineProblem('soldOut', { title: 'Sold out', status: 409 })`, then `throw new ProblemError(SOLD_OUT, '…')`.
 * @throws {Error} when the kind or its URN is already defined. Choose another name.
 */
export function defineProblem(kind: string, { title, status, urn }: ProblemDefinition): ProblemKind {
  const type = `urn:spark:problem:${urn ?? kebab(kind)}` as const;
  if (kinds.has(kind)) throw new Error(`The problem kind "${kind}" is already defined`);
  if ([...kinds.values()].some((one) => one.type === type)) throw new Error(`${type} is already defined`);
  const defined = Object.freeze({ kind, type, title, status });
  kinds.set(kind, defined);
  return defined;
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
