/** What is wrong with a provider's token; only for the log. */
export class ProviderTokenError extends Error {}

/** Authenticates modules by the tokens of an identity provider. */
export interface ProviderTokens {
  /** As in `iss`. */
  readonly issuer: string;
  /**
   * @returns the name of the module that the token is for
   * @throws {ProviderTokenError} and jose's errors when the token does not prove one
   * @throws {UnavailableError} when the provider's keys cannot be read now
   */
  read(token: string): Promise<string>;
}
