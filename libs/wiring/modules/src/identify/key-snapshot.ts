import type {
  ModuleInformation,
  ModuleRegistry,
  StateStore,
  Versioned,
} from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { isSignedWith } from './entry-signature.ts';
import { isPinOf, PINNED_KEYS_PREFIX, type PinnedKey } from './pinned-key.ts';
import { readPublicKey, type VerificationKey } from './public-key.ts';

/** The keys claimed by a registry entry. */
export interface RegisteredKeys {
  key: VerificationKey | null;
  /** Only from an entry signed by `key`. */
  next: VerificationKey | null;
  /** `wrong`: there is a signature, but not by `key` over this entry. */
  signature: 'valid' | 'none' | 'wrong';
  /** When the module created the entry, by its own account. */
  at: string;
}

/** The keys of a pin, ready for verifying signatures; null for one that is missing or unreadable. */
export interface PinnedKeys {
  current: VerificationKey | null;
  next: VerificationKey | null;
  previous: VerificationKey | null;
}

export interface KeyEntry {
  /** As the module spells its own name. */
  module: string;
  pinned: Versioned<PinnedKey> | null;
  pins: PinnedKeys;
  registered: RegisteredKeys | null;
}

/** The pins and the registry at one moment, by lower-case module name. */
export interface KeySnapshot {
  startedAt: number;
  entries: ReadonlyMap<string, KeyEntry>;
  /** Documents among the pins that are not valid pins: they are ignored. */
  odd: readonly string[];
}

export const NO_PINS: PinnedKeys = { current: null, next: null, previous: null };

/** Reads all pins and all registered keys: two small reads, whichever module is asked about. */
export async function readKeySnapshot(
  registry: ModuleRegistry,
  state: StateStore,
  startedAt: number,
): Promise<KeySnapshot> {
  const [registered, pins] = await Promise.all([registry.list(), state.list<PinnedKey>(PINNED_KEYS_PREFIX)]);
  const entries = new Map<string, KeyEntry>();
  for (const information of registered) {
    const { appName: module } = information;
    const keys = await registeredKeysOf(information);
    entries.set(nameKey(module), { module, pinned: null, pins: NO_PINS, registered: keys });
  }
  const odd: string[] = [];
  for (const pinned of pins) {
    const { id, value } = pinned;
    if (!isPinOf(id, value)) {
      odd.push(id);
      continue;
    }
    const known = entries.get(nameKey(value.module));
    entries.set(nameKey(value.module), {
      module: known?.module ?? value.module,
      pinned,
      pins: await pinnedKeysOf(value),
      registered: known?.registered ?? null,
    });
  }
  return { startedAt, entries, odd };
}

export async function registeredKeysOf(entry: ModuleInformation): Promise<RegisteredKeys> {
  const key = await readPublicKey(entry.publicKey);
  const { registeredAtUtc: at } = entry;
  if (entry.signature === undefined) return { key, next: null, signature: 'none', at };
  const isSigned = key !== null && (await isSignedWith(entry, key.key));
  if (!isSigned) return { key, next: null, signature: 'wrong', at };
  return { key, next: await readPublicKey(entry.nextKey), signature: 'valid', at };
}

export async function pinnedKeysOf(pin: PinnedKey): Promise<PinnedKeys> {
  const [current, next, previous] = await Promise.all(
    [pin, pin.next, pin.previous].map((record) => readPublicKey(record?.publicKey)),
  );
  return { current: current ?? null, next: next ?? null, previous: previous ?? null };
}
