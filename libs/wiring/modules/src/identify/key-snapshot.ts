import {
  pinnedKeyId,
  type ModuleRegistry,
  type PublicKeyJwk,
  type StateStore,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText, nameKey, sameName, type Guard } from '@nestjs-spark/foundation/internal';
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
  /** Documents among the pins that are not pins: they are ignored. */
  odd: readonly string[];
}

const isPinnedKey: Guard<PinnedKey> = isObjectOf({
  module: isText(),
  keyId: isText(),
  publicKey: isObjectOf({ kty: isText(), crv: isText(), x: isText() }),
  pinnedAt: isText(),
});

export const PINNED_KEYS_PREFIX = 'sparkKeys/';

/** Reads all pins and all registered keys: two small reads, whichever module is asked about. */
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
  const odd: string[] = [];
  for (const pinned of pins) {
    const { id, value } = pinned;
    if (!isPinOf(id, value)) {
      odd.push(id);
      continue;
    }
    const { module, publicKey } = value;
    const known = entries.get(nameKey(module));
    entries.set(nameKey(module), {
      module: known?.module ?? module,
      pinned,
      pinnedKey: await readPublicKey(publicKey),
      registeredKey: known?.registeredKey ?? null,
    });
  }
  return { startedAt, entries, odd };
}

function isPinOf(id: string, value: unknown): value is PinnedKey {
  return isPinnedKey(value) && sameName(id, pinnedKeyId(value.module));
}
