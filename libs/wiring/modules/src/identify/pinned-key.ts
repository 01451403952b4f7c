import { pinnedKeyId, type PublicKeyJwk } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText, sameName, type Guard } from '@nestjs-spark/foundation/internal';

/** A public key and its RFC 7638 thumbprint. */
export interface KeyRecord {
  keyId: string;
  publicKey: PublicKeyJwk;
}

/** The document `sparkKeys/{module}`: which keys this module believes to be the other's. Times are ISO 8601, UTC. */
export interface PinnedKey extends KeyRecord {
  module: string;
  pinnedAt: string;
  /** The module signs its entry in the registry: an unsigned one in its name is somebody else's. */
  signs?: true;
  /** When the newest signed entry was made that this rests on. An older one is repeated by somebody else: it announces nothing. */
  asOf?: string;
  /** The key that is to follow, named in an entry that the pinned key has signed. */
  next?: KeyRecord;
  /** The key before this one, believed for a while longer: other instances of the module may still have it. */
  previous?: KeyRecord & { until: string };
  /** Thumbprints of the keys that this one follows, by announcement. */
  succeeds?: string[];
}

const PREFIX = 'sparkKeys/';
export const PINNED_KEYS_PREFIX = PREFIX;
export const MOST_PREDECESSORS = 100;

const jwk: Guard<PublicKeyJwk> = isObjectOf({ kty: isText(), crv: isText(), x: isText() });
const record = { keyId: isText(), publicKey: jwk };
const isPinnedKey: Guard<PinnedKey> = isObjectOf(
  { module: isText(), pinnedAt: isText(), ...record },
  {
    signs: (value): value is true => value === true,
    asOf: isText(),
    next: isObjectOf(record),
    previous: isObjectOf({ ...record, until: isText() }),
    succeeds: (value): value is string[] =>
      Array.isArray(value) && value.length <= MOST_PREDECESSORS && value.every(isText()),
  },
);

/** Whether a document is the pin that its id says. */
export function isPinOf(id: string, value: unknown): value is PinnedKey {
  return isPinnedKey(value) && sameName(id, pinnedKeyId(value.module));
}
