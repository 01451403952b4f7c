import { nameKey } from '@nestjs-spark/foundation/internal';
import type { KeyEntry } from './key-snapshot.ts';
import type { PinnedKey } from './pinned-key.ts';
import type { VerificationKey } from './public-key.ts';

export interface TrustPolicy {
  production: boolean;
  /** By lower-case module name: thumbprints approved by an operator. */
  trustedKeys: ReadonlyMap<string, readonly string[]>;
}

export type KeyVerdict =
  | { kind: 'trusted'; key: VerificationKey; pin: boolean }
  | { kind: 'unknown' }
  /** The module's key differs from the trusted one. */
  | { kind: 'changed'; believed: string }
  /** In production, when no operator has approved this key. */
  | { kind: 'unapproved' };

/**
 * The keys that may speak for a module: those listed by an operator and the pinned one, with the key that the pinned one has
 * announced and, for a while, its predecessor; outside production, if there is neither, the registered one. A list replaces a pin
 * that is not rooted in one of its keys. Tampering with the registry cannot change a key once it is trusted.
 * @param now milliseconds since 1970
 */
export function believedKeys(entry: KeyEntry, policy: TrustPolicy, now: number): VerificationKey[] {
  const { pinned, pins, registered } = entry;
  const pin = pinned?.value ?? null;
  const listed = policy.trustedKeys.get(nameKey(entry.module));
  if (!pin && !listed) return policy.production || !registered?.key ? [] : [registered.key];
  const isPinRight = pin !== null && isApproved(pin, listed);
  const fromPin = isPinRight ? [pins.current, pins.next, pins.previous] : [];
  const known = [pins.current, pins.next, pins.previous, registered?.key ?? null, registered?.next ?? null];
  const fromList = known.filter((key) => key !== null && listed?.includes(key.keyId));
  const keys = [...fromPin, ...fromList].filter((key) => key !== null);
  const current = keys.filter(({ keyId }) => !(isPinRight && isRetired(pin, keyId, now)));
  return [...new Map(current.map((key) => [key.keyId, key])).values()];
}

/** Whether `keyId` may speak for the module of this entry, and whether to pin it once it has proved itself. */
export function judgeKey(
  entry: KeyEntry | undefined,
  keyId: string,
  policy: TrustPolicy,
  now: number,
): KeyVerdict {
  if (!entry) return { kind: 'unknown' };
  const believed = believedKeys(entry, policy, now);
  const key = believed.find((one) => one.keyId === keyId);
  const pinned = Object.values(entry.pins).map((one) => one?.keyId);
  if (key) return { kind: 'trusted', key, pin: !believed.some((one) => pinned.includes(one.keyId)) };
  if (entry.registered?.key?.keyId !== keyId) return { kind: 'unknown' };
  const roots = policy.trustedKeys.get(nameKey(entry.module)) ?? entry.pinned?.value.keyId;
  return roots === undefined
    ? { kind: 'unapproved' }
    : { kind: 'changed', believed: [roots].flat().join(' or ') };
}

/** Whether a pin is rooted in the list, if there is one. */
export function isApproved(pin: PinnedKey, listed: readonly string[] | undefined): boolean {
  return !listed || [pin.keyId, ...(pin.succeeds ?? [])].some((keyId) => listed.includes(keyId));
}

/** A key that has been succeeded is trusted until its time is over, listed or not. */
function isRetired(pin: PinnedKey, keyId: string, now: number): boolean {
  if (keyId === pin.keyId || !pin.succeeds?.includes(keyId)) return false;
  return pin.previous?.keyId !== keyId || now >= Date.parse(pin.previous.until);
}
