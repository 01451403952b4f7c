import { pinnedKeyId, type PublicKeyJwk } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText, sameName, type Guard } from '@nestjs-spark/foundation/internal';

/** A public key and its RFC 7638 thumbprint. */
export interface KeyRecord {
  keyId: string;
  publicKey: PublicKeyJwk;
}

/** The document `sparkKeys/{module}`: the keys that this module trusts for the other one. Times are ISO 8601, UTC. */
export interface PinnedKey extends KeyRecord {
  module: string;
  pinnedAt: string;
  /** Set when the module signs its registry entry: an unsigned one in its name is then a forgery. */
  signs?: true;
  /** When the newest signed entry behind this pin was created. An older one is a replay and announces nothing. */
  asOf?: string;
  /** The successor key, named in an entry that the pinned key has signed. */
  next?: KeyRecord;
  /** The predecessor, trusted for a while longer: other instances of the module may still use it. */
  previous?: KeyRecord & { until: string };
  /** Thumbprints of the keys that this one succeeds, as announced. */
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

/** Whether a document is the pin that its id promises. */
export function isPinOf(id: string, value: unknown): value is PinnedKey {
  return isPinnedKey(value) && sameName(id, pinnedKeyId(value.module));
}
