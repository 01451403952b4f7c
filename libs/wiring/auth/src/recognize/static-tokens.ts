import { createHash } from 'node:crypto';

/** Tokens handed out by an operator, each with the name of its holder. Only their digests are kept. */
export class StaticTokens {
  readonly #names: ReadonlyMap<string, string>;

  /** @param tokens by name of the holder */
  constructor(tokens: Readonly<Record<string, string>>) {
    this.#names = new Map(Object.entries(tokens).map(([name, token]) => [digest(token), name]));
  }

  /** The name of the token's holder; null for an unknown token. Timing reveals nothing about the token. */
  nameOf(token: string): string | null {
    return this.#names.get(digest(token)) ?? null;
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
