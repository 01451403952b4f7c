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

/** The keys that an entry of the registry claims. */
export interface RegisteredKeys {
  key: VerificationKey | null;
  /** Only of an entry that `key` has signed. */
  next: VerificationKey | null;
  /** `wrong`: there is a signature, and it is not one by `key` over this entry. */
  signature: 'valid' | 'none' | 'wrong';
  /** When the module made the entry, as it says. */
  at: string;
}

/** The keys of a pin, ready to check signatures with; null for one that is not there or cannot be read. */
export interface PinnedKeys {
  current: VerificationKey | null;
  next: VerificationKey | null;
  previous: VerificationKey | null;
}

export interface KeyEntry {
  /** As the module writes its own name. */
  module: string;
  pinned: Versioned<PinnedKey> | null;
  pins: PinnedKeys;
  registered: RegisteredKeys | null;
}

/** What pins and registry said at one moment, by module name in lower case. */
export interface KeySnapshot {
  startedAt: number;
  entries: ReadonlyMap<string, KeyEntry>;
  /** Documents among the pins that are not pins: they are ignored. */
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
