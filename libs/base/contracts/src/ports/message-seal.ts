/** Signs, with this module's own key, what it puts on the bus. */
export interface MessageSigner {
  /** RFC 7638 thumbprint of the key, by which readers find its public half. */
  readonly keyId: string;
  /** @returns the Ed25519 signature of these bytes */
  sign(bytes: Uint8Array): Uint8Array;
}

/** Bytes that somebody says a module has signed. */
export interface SignedBytes {
  module: string;
  keyId: string;
  bytes: Uint8Array;
  signature: Uint8Array;
}

/**
 * `genuine`: signed with a key that may speak for the module. `forged`: signed with another one, or changed since.
 * `unknown-key`: this module believes no key of that name; an operator, or the registry, may still make it known.
 */
export type SealVerdict = 'genuine' | 'forged' | 'unknown-key';

/** Tells what modules have signed. Both methods throw `UnavailableError` while the keys cannot be read. */
export interface MessageVerifier {
  verify(signed: SignedBytes): Promise<SealVerdict>;
  /** Whether a module signs everything that it sends, so that what is not signed cannot come from it. */
  signs(module: string): Promise<boolean>;
}
