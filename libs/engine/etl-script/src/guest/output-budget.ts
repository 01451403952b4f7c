import type { SplitDocument } from '../json/split-metadata.ts';
import type { EtlCommand } from '../types.ts';

/** How much output a script may produce. Sizes are in characters of JSON text. */
export interface OutputBounds {
  /** Per document, or twice its own size if that is more. */
  documentSize: number;
  /** Loads per document. */
  documentLoads: number;
  /** Ids that one document may request with `load`. */
  documentAsks: number;
  /** A job that has produced this much ends its turn. */
  turnSize: number;
}

/** A document's script produces more than allowed; the message states the limit. */
export class TooMuchOutputError extends Error {
  override readonly name = 'TooMuchOutputError';
}

/** Counts what one document's script produces, before it is assembled. */
export class OutputBudget {
  readonly #size: number;
  readonly #bounds: OutputBounds;
  #made = 0;
  #loads = 0;

  /** @param ownSize of the document as stored */
  constructor(bounds: OutputBounds, ownSize: number) {
    this.#bounds = bounds;
    this.#size = Math.max(bounds.documentSize, 2 * ownSize);
  }

  /** @throws {TooMuchOutputError} beyond the budget */
  take({ fields, metadata = '' }: SplitDocument): void {
    this.#made += fields.length + metadata.length;
    if (this.#made > this.#size) throw new TooMuchOutputError(tooLarge(this.#bounds));
    if (++this.#loads > this.#bounds.documentLoads) throw new TooMuchOutputError(tooMany(this.#bounds));
  }
}

export function tooLarge({ documentSize }: OutputBounds): string {
  return `its loads have more than ${documentSize} characters, and more than twice the document's`;
}

export function tooMany({ documentLoads }: OutputBounds): string {
  return `it has more than ${documentLoads} loads`;
}

export function tooManyAsked({ documentAsks }: OutputBounds): string {
  return `it asks for more than ${documentAsks} documents with load()`;
}

export function sizeOfCommand(command: EtlCommand): number {
  switch (command.type) {
    case 'put':
      return command.id.length + command.fields.length + (command.metadata?.length ?? 0);
    case 'delete':
      return command.id.length;
    case 'delete-prefix':
      return command.prefix.length;
  }
}
