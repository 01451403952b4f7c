/** Records which tokens have been used, across all instances of the module. */
export interface TokenLedger {
  /**
   * Marks a token as used, for at least as long as it can be valid. Of several concurrent calls for one token, on any instances,
   * exactly one is the first.
   * @param issuer the token's issuer, compared case-insensitively
   * @param jti the token's own id
   * @param patienceMs how long to wait for the answer, in milliseconds. Default: the timeout of the ledger's server
   * @returns whether this was the first use
   * @throws {UnavailableError} when that cannot be determined now: the token must not be accepted
   */
  spend(issuer: string, jti: string, patienceMs?: number): Promise<boolean>;
}
