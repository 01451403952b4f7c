import { nameKey } from '@nestjs-spark/foundation/internal';
import type { KeyEntry } from './key-snapshot.ts';
import type { PinnedKey } from './pinned-key.ts';
import type { VerificationKey } from './public-key.ts';

export interface TrustPolicy {
  production: boolean;
  /** Module names in lower case; thumbprints that an operator approved. */
  trustedKeys: ReadonlyMap<string, readonly string[]>;
}

export type KeyVerdict =
  | { kind: 'trusted'; key: VerificationKey; pin: boolean }
  | { kind: 'unknown' }
  /** The module has another key than the one that is believed. */
  | { kind: 'changed'; believed: string }
  /** In production, and no operator has approved this key. */
  | { kind: 'unapproved' };

/**
 * The keys that may speak for a module: those an operator listed and the pinned one, with the key that the pinned one has
 * announced and, for a while, the one before; outside production, where neither is there, the registered one. A list
 * replaces a pin that none of its keys is the root of. A registry that someone else has written to cannot change a key once believed.
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

/** Whether `keyId` may speak for the module of this entry, and whether it is to be pinned once it has proved itself. */
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

/** Whether a pin rests on what is listed, where anything is. */
export function isApproved(pin: PinnedKey, listed: readonly string[] | undefined): boolean {
  return !listed || [pin.keyId, ...(pin.succeeds ?? [])].some((keyId) => listed.includes(keyId));
}

/** A key that has been followed by another one is believed until its time is over, listed or not. */
function isRetired(pin: PinnedKey, keyId: string, now: number): boolean {
  if (keyId === pin.keyId || !pin.succeeds?.includes(keyId)) return false;
  return pin.previous?.keyId !== keyId || now >= Date.parse(pin.previous.until);
}
