import { drawOrigin } from '../carry/origin.ts';

/** The origins that this run of the process has drawn: a file that numbers its events under another one was begun by another process. */
export class RunOrigins {
  readonly #keyId: string;
  readonly #drawn = new Set<string>();

  constructor(keyId: string) {
    this.#keyId = keyId;
  }

  draw(): string {
    const origin = drawOrigin(this.#keyId);
    this.#drawn.add(origin);
    return origin;
  }

  has(origin: string): boolean {
    return this.#drawn.has(origin);
  }
}
