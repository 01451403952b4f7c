import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import {
  pinnedKeyId,
  VersionConflictError,
  type ModuleRegistry,
  type StateStore,
} from '@nestjs-spark/contracts/internal';
import { type Logger, nameKey, Repeats } from '@nestjs-spark/foundation/internal';
import { judgeKey, type KeyVerdict, type TrustPolicy } from './judge-key.ts';
import { readKeySnapshot, type KeyEntry, type KeySnapshot, type PinnedKey } from './key-snapshot.ts';
import type { VerificationKey } from './public-key.ts';

/** How long a trusted key is used without reading it again; a removed pin takes effect within this time. */
const FRESH_MS = 30_000;
/** However many requests arrive, keys are read at most this often. */
const BETWEEN_READS_MS = 1_000;
const BETWEEN_WARNINGS_MS = 60_000;

export interface KeyRingParts {
  registry: ModuleRegistry;
  state: StateStore;
  policy: TrustPolicy;
  log: Logger;
  /** Milliseconds of a clock that is never set; default: the process's own. */
  now?: () => number;
  betweenReadsMs?: number;
}

/** The other modules' keys: from pins and registry, looked up rarely, pinned when first seen. */
export class KeyRing {
  private readonly parts: KeyRingParts;
  private readonly now: () => number;
  private readonly warned = new Repeats(BETWEEN_WARNINGS_MS);
  private snapshot: KeySnapshot | null = null;
  private reading: Promise<void> | null = null;

  constructor(parts: KeyRingParts) {
    this.parts = parts;
    this.now = parts.now ?? (() => performance.now());
  }

  /**
   * The key to check `module`'s signature with, when `keyId` names the trusted one; null otherwise.
   * An unknown key is looked up once more, in a read that began after this call.
   */
  async find(
    module: string,
    keyId: string,
  ): Promise<(VerificationKey & { module: string; pin: boolean }) | null> {
    const asked = this.now();
    const known = await this.judge(module, keyId, asked - FRESH_MS);
    const verdict = known.kind === 'trusted' ? known : await this.judge(module, keyId, asked);
    if (verdict.kind === 'trusted') {
      return { ...verdict.key, pin: verdict.pin, module: this.entry(module)?.module ?? module };
    }
    this.warn(module, keyId, verdict);
    return null;
  }

  /** Trusts this key from now on. Called after a signature has proved that the module has it. */
  async pin(module: string, key: VerificationKey): Promise<void> {
    const { state, log } = this.parts;
    const value: PinnedKey = {
      module,
      keyId: key.keyId,
      publicKey: key.jwk,
      pinnedAt: new Date().toISOString(),
    };
    const id = pinnedKeyId(nameKey(module));
    const entry = this.entry(module);
    try {
      const version = await state.write(id, 'SparkKeys', value, entry?.pinned?.version ?? null);
      if (entry) Object.assign(entry, { pinned: { id, value, version }, pinnedKey: key });
      log.log(`Pinned the key ${key.keyId} of module ${module}`);
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      // Another instance pinned meanwhile, and its pin is what counts.
      await this.readAfter(this.now());
    }
  }

  private async judge(module: string, keyId: string, notBefore: number): Promise<KeyVerdict> {
    await this.readAfter(notBefore);
    return judgeKey(this.entry(module), keyId, this.parts.policy);
  }

  private entry(module: string): KeyEntry | undefined {
    return this.snapshot?.entries.get(nameKey(module));
  }

  private async readAfter(notBefore: number): Promise<void> {
    while (this.snapshot === null || this.snapshot.startedAt < notBefore) {
      this.reading ??= this.read().finally(() => (this.reading = null));
      await this.reading;
    }
  }

  private async read(): Promise<void> {
    const between = this.parts.betweenReadsMs ?? BETWEEN_READS_MS;
    const wait = (this.snapshot?.startedAt ?? -Infinity) + between - this.now();
    if (wait > 0) await delay(wait);
    this.snapshot = await readKeySnapshot(this.parts.registry, this.parts.state, this.now());
    for (const id of this.snapshot.odd) {
      if (this.warned.leftOut(id, this.now()) === null) continue;
      this.parts.log.warn(`The document ${JSON.stringify(id)} is not a pinned key and is ignored: delete it`);
    }
  }

  private warn(module: string, keyId: string, verdict: KeyVerdict): void {
    if (verdict.kind !== 'changed' && verdict.kind !== 'unapproved') return;
    if (this.warned.leftOut(nameKey(module), this.now()) === null) return;
    this.parts.log.warn(explain(module, keyId, verdict));
  }
}

function explain(module: string, keyId: string, verdict: KeyVerdict): string {
  const remedy = `If that is right, approve it: trustedKeys { ${module}: '${keyId}' } or SPARK_TRUSTED_KEYS=${module}=${keyId}`;
  return verdict.kind === 'changed'
    ? `Module ${module} has registered another key (${keyId}) than the one believed so far (${verdict.believed}); its requests are refused. ${remedy}, or delete the document ${pinnedKeyId(nameKey(module))}.`
    : `Module ${module} shows the key ${keyId}, which nobody has approved; its requests are refused. ${remedy}.`;
}
