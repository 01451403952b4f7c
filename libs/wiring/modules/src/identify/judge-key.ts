import { nameKey } from '@nestjs-spark/foundation/internal';
import type { KeyEntry } from './key-snapshot.ts';
import type { VerificationKey } from './public-key.ts';

export interface TrustPolicy {
  production: boolean;
  /** Module names in lower case; thumbprints that an operator approved. */
  trustedKeys: ReadonlyMap<string, string>;
}

export type KeyVerdict =
  | { kind: 'trusted'; key: VerificationKey; pin: boolean }
  | { kind: 'unknown' }
  /** The module has another key than the one that is believed. */
  | { kind: 'changed'; believed: string }
  /** In production, and no operator has approved this key. */
  | { kind: 'unapproved' };

/**
 * Which key of a module is believed: the one an operator listed, else the one pinned, else (outside production) the one it
 * has registered, which is then pinned. A registry that someone else has written to cannot change a key once believed.
 */
export function judgeKey(entry: KeyEntry | undefined, keyId: string, policy: TrustPolicy): KeyVerdict {
  if (!entry) return { kind: 'unknown' };
  const listed = policy.trustedKeys.get(nameKey(entry.module));
  const believed = listed ?? entry.pinnedKey?.keyId;
  if (believed !== undefined) {
    const key = [entry.pinnedKey, entry.registeredKey].find((known) => known?.keyId === believed);
    if (key && believed === keyId) return { kind: 'trusted', key, pin: entry.pinnedKey?.keyId !== believed };
    return entry.registeredKey?.keyId === keyId ? { kind: 'changed', believed } : { kind: 'unknown' };
  }
  if (entry.registeredKey?.keyId !== keyId) return { kind: 'unknown' };
  if (policy.production) return { kind: 'unapproved' };
  return { kind: 'trusted', key: entry.registeredKey, pin: true };
}
