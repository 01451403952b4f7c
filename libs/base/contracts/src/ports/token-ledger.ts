/** Which tokens have been used, at whatever instance of the module that they were shown to. */
export interface TokenLedger {
  /**
   * Marks a token as used, for at least as long as one can be valid. Of several calls for one token, at any instances and in the
   * same moment, exactly one is the first.
   * @param issuer whose token it is, whatever the case of its name
   * @param jti the token's own id
   * @param patienceMs how long to wait for the answer, in milliseconds. Default: as long as the ledger's server is given
   * @returns whether this was the first use
   * @throws {UnavailableError} when that is not known now: the token must not be accepted
   */
  spend(issuer: string, jti: string, patienceMs?: number): Promise<boolean>;
}
