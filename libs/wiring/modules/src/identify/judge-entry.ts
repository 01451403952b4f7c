import { nameKey } from '@nestjs-spark/foundation/internal';
import { isApproved, judgeKey, type TrustPolicy } from './judge-key.ts';
import type { KeyEntry } from './key-snapshot.ts';
import { MOST_PREDECESSORS, type KeyRecord, type PinnedKey } from './pinned-key.ts';
import type { VerificationKey } from './public-key.ts';

/** How long the key before is believed after the one that follows it was first used. */
export const RETIRE_AFTER_MS = 24 * 60 * 60 * 1_000;
const UNLISTED_PREDECESSORS = 20;
/** By how much clocks of modules may differ, and an entry may so be older than it seems. */
const CLOCKS_DIFFER_MS = 10 * 60 * 1_000;

export type EntryVerdict =
  /** `unsigned`: nothing proves that the module itself has written it. */
  | { kind: 'believed'; unsigned: boolean }
  /** `forged`: the signature is not one of the entry's own key; `unsigned`: the module is known to sign its entries. */
  | { kind: 'forged' | 'unsigned' | 'keyless' | 'unapproved' }
  /** The module has made a later one since. */
  | { kind: 'older'; at: string }
  | { kind: 'changed'; keyId: string; believed: string };

/**
 * Whether what the registry says of a module is believed: where it is, and which key it has.
 * @param entry what is known of the module; its `registered` is the entry that is judged
 * @param now milliseconds since 1970
 */
export function judgeEntry(entry: KeyEntry, policy: TrustPolicy, now: number): EntryVerdict {
  const { key = null, signature = 'none', at = '' } = entry.registered ?? {};
  const listed = policy.trustedKeys.get(nameKey(entry.module));
  const pin = entry.pinned?.value ?? null;
  if (signature === 'wrong') return { kind: 'forged' };
  if (!key) {
    return pin || listed || policy.production ? { kind: 'keyless' } : { kind: 'believed', unsigned: true };
  }
  const verdict = judgeKey(entry, key.keyId, policy, now);
  if (verdict.kind === 'changed') return { ...verdict, keyId: key.keyId };
  // A key that has retired is not believed, although it is known.
  if (verdict.kind !== 'trusted') return { kind: 'unapproved' };
  if (signature === 'none' && pin?.signs && isApproved(pin, listed)) return { kind: 'unsigned' };
  if (signature === 'valid' && pin && isOlder(at, pin, CLOCKS_DIFFER_MS)) return { kind: 'older', at };
  return { kind: 'believed', unsigned: signature === 'none' };
}

/**
 * What is to be pinned after a believed entry was read; null when nothing changes. An entry that a pinned key has signed approves
 * the key that it names as the next; when that one signs entries itself, it takes the pinned one's place.
 */
export function nextPin(entry: KeyEntry, policy: TrustPolicy, now: number): PinnedKey | null {
  const { registered, module } = entry;
  if (!registered?.key || judgeEntry(entry, policy, now).kind !== 'believed') return null;
  const pin = entry.pinned?.value ?? null;
  const isSigned = registered.signature === 'valid';
  const signs = isSigned ? { signs: true as const } : {};
  const next = registered.next ? { next: recordOf(registered.next) } : {};
  const asOf = isSigned ? newestOf(registered.at, pin, now) : {};
  const pinnedAt = new Date(now).toISOString();
  const listed = policy.trustedKeys.get(nameKey(module));
  if (!pin || !isApproved(pin, listed)) {
    return { module, ...recordOf(registered.key), pinnedAt, ...signs, ...asOf, ...next };
  }
  if (!isSigned) return null;
  if (registered.key.keyId === pin.keyId) {
    if (isOlder(registered.at, pin)) return null;
    const { next: announced, ...rest } = pin;
    const isSame =
      pin.signs === true && announced?.keyId === registered.next?.keyId && pin.asOf === asOf.asOf;
    return isSame ? null : { ...rest, ...signs, ...asOf, ...next };
  }
  if (registered.key.keyId !== pin.next?.keyId) return null;
  return {
    module,
    ...recordOf(registered.key),
    pinnedAt,
    ...signs,
    ...asOf,
    ...next,
    previous: {
      keyId: pin.keyId,
      publicKey: pin.publicKey,
      until: new Date(now + RETIRE_AFTER_MS).toISOString(),
    },
    succeeds: predecessors([...(pin.succeeds ?? []), pin.keyId], listed),
  };
}

/** The last ones, and those on which an operator's list may rest. */
function predecessors(keyIds: string[], listed: readonly string[] = []): string[] {
  const kept = keyIds.filter(
    (keyId, at) => listed.includes(keyId) || at >= keyIds.length - UNLISTED_PREDECESSORS,
  );
  return kept.slice(-MOST_PREDECESSORS);
}

function isOlder(at: string, { asOf = '' }: PinnedKey, byMs = 0): boolean {
  return Date.parse(at) < Date.parse(asOf) - byMs;
}

/** A time that is still to come is not kept: it would take later entries, made with a corrected clock, for old ones. */
function newestOf(at: string, pin: PinnedKey | null, now: number): Pick<PinnedKey, 'asOf'> {
  const isPast = Date.parse(at) <= now;
  if (isPast && !(pin && isOlder(at, pin))) return { asOf: at };
  return pin?.asOf === undefined ? {} : { asOf: pin.asOf };
}

function recordOf({ keyId, jwk }: VerificationKey): KeyRecord {
  return { keyId, publicKey: jwk };
}
