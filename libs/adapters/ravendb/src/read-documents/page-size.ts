/** Chooses how many documents to request, so that a page has roughly the wanted number of bytes for documents of any size. */
export class PageSize {
  readonly #targetBytes: number;
  #averageBytes: number;

  constructor(targetBytes: number) {
    this.#targetBytes = targetBytes;
    this.#averageBytes = 512;
  }

  for(limit: number): number {
    const fitting = Math.floor(this.#targetBytes / this.#averageBytes);
    return Math.max(MINIMUM, Math.min(limit, fitting));
  }

  saw(documents: readonly { json: Uint8Array }[]): void {
    if (documents.length < MINIMUM) return;
    const bytes = documents.reduce((sum, { json }) => sum + json.length, 0);
    this.#averageBytes = Math.max(1, (this.#averageBytes + bytes / documents.length) / 2);
  }
}

const MINIMUM = 16;
