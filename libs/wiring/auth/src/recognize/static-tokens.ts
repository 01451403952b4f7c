import { createHash } from 'node:crypto';

/** Tokens that an operator handed out, each with the name of who got it. Only their digests are kept. */
export class StaticTokens {
  readonly #names: ReadonlyMap<string, string>;

  /** @param tokens the token of each name */
  constructor(tokens: Readonly<Record<string, string>>) {
    this.#names = new Map(Object.entries(tokens).map(([name, token]) => [digest(token), name]));
  }

  /** The name of the token's holder; null when nobody has it. How long this takes says nothing about the token. */
  nameOf(token: string): string | null {
    return this.#names.get(digest(token)) ?? null;
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
