import { OPERATOR, type ApiCaller } from './api-caller.ts';
import type { JwtReader } from './jwt-reader.ts';
import type { StaticTokens } from './static-tokens.ts';
import type { OperatorToken } from '@nestjs-spark/modules/internal';
import { noToken, wrongToken } from './unauthenticated.ts';

export interface ApiAuthenticationParts {
  operator: OperatorToken;
  tokens: StaticTokens;
  /** Null: no issuer's tokens are accepted. */
  jwts: JwtReader | null;
  /** Whether a request without a valid credential counts as an anonymous editor's. */
  open: boolean;
}

const ANONYMOUS: ApiCaller = { kind: 'open', subject: 'anonymous', role: 'editor', tenant: null, claims: {} };

/**
 * Determines the caller from a credential. The guard uses it for each request; use it yourself where Nest's guards do not apply,
 * such as for the first message of a WebSocket.
 */
export class ApiAuthentication {
  readonly #parts: ApiAuthenticationParts;

  constructor(parts: ApiAuthenticationParts) {
    this.#parts = parts;
  }

  /**
   * Returns the caller with this credential.
   * @param token what follows `Bearer `; null: none was sent
   * @throws {ProblemError} `unauthenticated` (401), the same for every token that is not valid; `forbidden` (403) for a valid JWT
   *   without any of our roles; `unavailable` (503, with Retry-After) when the issuer's keys cannot be read now
   */
  async authenticate(token: string | null): Promise<ApiCaller> {
    const { operator, tokens, jwts, open } = this.#parts;
    if (token !== null && operator.matches(token)) return OPERATOR;
    if (open) return ANONYMOUS;
    if (token === null) throw noToken();
    const name = tokens.nameOf(token);
    if (name !== null) return { kind: 'token', subject: name, role: 'editor', tenant: null, claims: {} };
    if (jwts === null) throw wrongToken();
    return jwts.read(token);
  }
}
