import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type {
  MessageVerifier,
  ModuleRegistry,
  PublicKeyJwk,
  SealVerdict,
  SignedBytes,
} from '@nestjs-spark/contracts/internal';
import { nameKey, sameName } from '@nestjs-spark/foundation/internal';
import type { KeyRing } from '../identify/key-ring.ts';

/** How long a registry read stays valid. */
const FRESH_MS = 30_000;
/** After an unknown key, keys are not looked up again for this long: each look-up waits for a new read of the registry. */
const BETWEEN_UNKNOWN_MS = 2_000;

export interface ModuleVerifierParts {
  keys: Pick<KeyRing, 'find' | 'pin' | 'doubt'>;
  registry: Pick<ModuleRegistry, 'find'>;
  /** This module's own key: a module knows what it has signed itself, whatever the registry says. */
  own: { module: string; keyId: string; publicKey: PublicKeyJwk };
  /** Never accept unsigned messages, whatever the sender's version. */
  refuseUnsigned: boolean;
  /** Milliseconds of a monotonic clock; default: the process's own. */
  now?: () => number;
}

/** Verifies what modules have signed, by the keys that this module trusts for them. */
export class ModuleVerifier implements MessageVerifier {
  readonly #parts: ModuleVerifierParts;
  readonly #now: () => number;
  readonly #objects = new Map<string, KeyObject>();
  readonly #unknownUntil = new Map<string, number>();
  readonly #signing = new Map<string, { signs: boolean; until: number }>();

  constructor(parts: ModuleVerifierParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** @throws {UnavailableError} while the keys cannot be read */
  async verify({ module, keyId, bytes, signature }: SignedBytes): Promise<SealVerdict> {
    const { own, keys } = this.#parts;
    if (keyId === own.keyId && sameName(module, own.module)) {
      return isSigned(this.#objectOf(keyId, own.publicKey), bytes, signature);
    }
    const name = nameKey(module);
    // A stranger who keeps sending a key of their own delays neither the module's key nor, once it was read, its successor.
    const retry = this.#now() >= (this.#unknownUntil.get(name) ?? -Infinity);
    const found = await keys.find(module, keyId, { retry });
    if (found === null) {
      if (retry) this.#unknownUntil.set(name, this.#now() + BETWEEN_UNKNOWN_MS);
      return 'unknown-key';
    }
    const verdict = isSigned(this.#objectOf(keyId, found.jwk), bytes, signature);
    if (verdict === 'genuine' && found.pin) await keys.pin(found.module, found);
    return verdict;
  }

  /** @throws {UnavailableError} while the registry cannot be read */
  async signs(module: string): Promise<boolean> {
    if (this.#parts.refuseUnsigned) return true;
    const name = nameKey(module);
    const known = this.#signing.get(name);
    if (known && this.#now() < known.until) return known.signs;
    const signs = await this.#signsNow(module);
    this.#signing.set(name, { signs, until: this.#now() + FRESH_MS });
    return signs;
  }

  /** Only a trusted, unsigned entry belongs to an older version: without an entry, anyone may be speaking. */
  async #signsNow(module: string): Promise<boolean> {
    const { registry, keys } = this.#parts;
    const entry = await registry.find(module);
    return entry === null || (await keys.doubt(entry)) !== null || entry.signature !== undefined;
  }

  #objectOf(keyId: string, { kty, crv, x }: PublicKeyJwk): KeyObject {
    const known = this.#objects.get(keyId);
    if (known) return known;
    const made = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
    this.#objects.set(keyId, made);
    return made;
  }
}

function isSigned(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): SealVerdict {
  return verify(null, bytes, key, signature) ? 'genuine' : 'forged';
}
