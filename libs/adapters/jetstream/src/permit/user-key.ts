import { nkeys } from '@nats-io/transport-node';

/** An nkey by which a user authenticates. The server only knows the public key. */
export interface UserKey {
  /** `SU…`: the secret. */
  seed: string;
  /** `U…` */
  publicKey: string;
}

export function createUserKey(): UserKey {
  return describe(nkeys.createUser());
}

/** @throws when the text is not a user seed */
export function readUserKey(seed: string): UserKey {
  return describe(nkeys.fromSeed(new TextEncoder().encode(seed.trim())));
}

function describe(pair: nkeys.KeyPair): UserKey {
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}
