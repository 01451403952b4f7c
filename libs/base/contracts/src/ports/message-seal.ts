/** Signs what this module publishes on the bus, with its own key. */
export interface MessageSigner {
  /** RFC 7638 thumbprint of the key, by which readers find the public key. */
  readonly keyId: string;
  /** @returns the Ed25519 signature of these bytes */
  sign(bytes: Uint8Array): Uint8Array;
}

/** Bytes that a module has allegedly signed. */
export interface SignedBytes {
  module: string;
  keyId: string;
  bytes: Uint8Array;
  signature: Uint8Array;
}

/**
 * `genuine`: signed with a key that may speak for the module. `forged`: signed with another key, or modified since.
 * `unknown-key`: this module does not trust a key of that name yet; an operator or the registry may still introduce it.
 */
export type SealVerdict = 'genuine' | 'forged' | 'unknown-key';

/** Verifies what modules have signed. Both methods throw `UnavailableError` while the keys cannot be read. */
export interface MessageVerifier {
  verify(signed: SignedBytes): Promise<SealVerdict>;
  /** Whether a module signs everything that it sends, so that unsigned messages cannot be its own. */
  signs(module: string): Promise<boolean>;
}
