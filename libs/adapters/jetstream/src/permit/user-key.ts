import { nkeys } from '@nats-io/transport-node';

/** An nkey by which a user shows who it is. The server knows the public half only. */
export interface UserKey {
  /** `SU…`: the secret. */
  seed: string;
  /** `U…` */
  publicKey: string;
}

export function createUserKey(): UserKey {
  return describe(nkeys.createUser());
}

/** @throws when the text is not the seed of a user */
export function readUserKey(seed: string): UserKey {
  return describe(nkeys.fromSeed(new TextEncoder().encode(seed.trim())));
}

function describe(pair: nkeys.KeyPair): UserKey {
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}
