import type { ModuleRegistry, PublicKeyJwk, StateStore, Versioned } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { readPublicKey, type VerificationKey } from './public-key.ts';

/** The document `sparkKeys/{module}`: the key that this module believes to be the other's. */
export interface PinnedKey {
  module: string;
  keyId: string;
  publicKey: PublicKeyJwk;
  /** ISO 8601, UTC. */
  pinnedAt: string;
}

export interface KeyEntry {
  /** As the module writes its own name. */
  module: string;
  pinned: Versioned<PinnedKey> | null;
  pinnedKey: VerificationKey | null;
  registeredKey: VerificationKey | null;
}

/** What pins and registry said at one moment, by module name in lower case. */
export interface KeySnapshot {
  startedAt: number;
  entries: ReadonlyMap<string, KeyEntry>;
}

export const PINNED_KEYS_PREFIX = 'sparkKeys/';

/** Reads all pins and all registered keys: two small reads, whoever is being asked about. */
export async function readKeySnapshot(
  registry: ModuleRegistry,
  state: StateStore,
  startedAt: number,
): Promise<KeySnapshot> {
  const [registered, pins] = await Promise.all([registry.list(), state.list<PinnedKey>(PINNED_KEYS_PREFIX)]);
  const entries = new Map<string, KeyEntry>();
  for (const { appName, publicKey } of registered) {
    const registeredKey = await readPublicKey(publicKey);
    entries.set(nameKey(appName), { module: appName, pinned: null, pinnedKey: null, registeredKey });
  }
  for (const pinned of pins) {
    const { module, publicKey } = pinned.value;
    const known = entries.get(nameKey(module));
    entries.set(nameKey(module), {
      module: known?.module ?? module,
      pinned,
      pinnedKey: await readPublicKey(publicKey),
      registeredKey: known?.registeredKey ?? null,
    });
  }
  return { startedAt, entries };
}
