import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import {
  pinnedKeyId,
  ProblemError,
  VersionConflictError,
  type ModuleInformation,
  type ModuleRegistry,
  type StateStore,
} from '@nestjs-spark/contracts/internal';
import { describeError, type Logger, nameKey, Repeats } from '@nestjs-spark/foundation/internal';
import { describeDoubt, explainKey, unsignedWarning } from './explain-trust.ts';
import { judgeEntry, nextPin, type EntryVerdict } from './judge-entry.ts';
import { believedKeys, judgeKey, type KeyVerdict, type TrustPolicy } from './judge-key.ts';
import {
  NO_PINS,
  pinnedKeysOf,
  readKeySnapshot,
  registeredKeysOf,
  type KeyEntry,
  type KeySnapshot,
  type RegisteredKeys,
} from './key-snapshot.ts';
import type { PinnedKey } from './pinned-key.ts';
import { viewKeys, type KeyView } from './view-keys.ts';
import type { VerificationKey } from './public-key.ts';

/** How long a trusted key is used without reading it again; a removed pin takes effect within this time. */
export const FRESH_MS = 30_000;
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
  /** Milliseconds since 1970; default: the machine's clock. */
  date?: () => number;
  betweenReadsMs?: number;
}

/** The other modules' keys: from pins and registry, looked up rarely, pinned when first seen. */
export class KeyRing {
  private readonly parts: KeyRingParts;
  private readonly now: () => number;
  private readonly date: () => number;
  private readonly warned = new Repeats(BETWEEN_WARNINGS_MS);
  private readonly unsigned = new Set<string>();
  /** Of entries that were judged: who calls a module each second has its entry from the same reading of the registry. */
  private readonly claimed = new WeakMap<ModuleInformation, Promise<RegisteredKeys>>();
  private snapshot: KeySnapshot | null = null;
  private reading: Promise<void> | null = null;

  constructor(parts: KeyRingParts) {
    this.parts = parts;
    this.now = parts.now ?? (() => performance.now());
    this.date = parts.date ?? Date.now;
  }

  /**
   * The key to check `module`'s signature with, when `keyId` names a trusted one; null otherwise.
   * An unknown key is looked up once more, in a read that began after this call, unless `retry` is false.
   */
  async find(
    module: string,
    keyId: string,
    { retry = true } = {},
  ): Promise<(VerificationKey & { module: string; pin: boolean }) | null> {
    const asked = this.now();
    const known = await this.judge(module, keyId, asked - FRESH_MS);
    const verdict = known.kind === 'trusted' || !retry ? known : await this.judge(module, keyId, asked);
    if (verdict.kind === 'trusted') {
      return { ...verdict.key, pin: verdict.pin, module: this.entry(module)?.module ?? module };
    }
    if (verdict.kind !== 'unknown') this.warn(module, explainKey(module, keyId, verdict));
    return null;
  }

  /**
   * The keys that may speak for `module` now: one, or two while it changes its key; none when no key of it is trusted. They change
   * within half a minute of what registry, pins and settings say.
   * @throws {UnavailableError} when keys that are not known yet cannot be read
   */
  async keysOf(module: string): Promise<readonly VerificationKey[]> {
    const asked = this.now();
    await this.readAfter(asked - FRESH_MS);
    const known = this.believed(module);
    if (known.length > 0) return known;
    await this.readAfter(asked);
    return this.believed(module);
  }

  /**
   * Whether an entry of the registry is to be believed: null when it is, and why not otherwise, in words that follow on a colon.
   * The key of a module that is believed for the first time is pinned.
   * @throws {UnavailableError} when the keys cannot be read now
   */
  async doubt(information: ModuleInformation): Promise<string | null> {
    const asked = this.now();
    const registered = await this.claimedBy(information);
    let verdict: EntryVerdict = { kind: 'forged' };
    for (const notBefore of [asked - FRESH_MS, asked]) {
      await this.readAfter(notBefore);
      const known = this.entry(information.appName);
      const entry: KeyEntry = {
        pinned: null,
        pins: NO_PINS,
        module: information.appName,
        ...known,
        registered,
      };
      verdict = judgeEntry(entry, this.parts.policy, this.date());
      if (verdict.kind !== 'believed') continue;
      if (verdict.unsigned) this.warnOfUnsigned(information);
      await this.settle(entry);
      return null;
    }
    const doubt = describeDoubt(information.appName, verdict, registered.key?.keyId ?? '');
    this.warn(
      information.appName,
      `The registry's entry of ${information.appName} is not believed: ${doubt}`,
    );
    return doubt;
  }

  private claimedBy(information: ModuleInformation): Promise<RegisteredKeys> {
    const claimed = this.claimed.get(information) ?? registeredKeysOf(information);
    this.claimed.set(information, claimed);
    return claimed;
  }

  /** Reads the registry when the last reading was some time ago, so that an announced key is known before it is used. */
  async refresh(): Promise<void> {
    await this.readAfter(this.now() - FRESH_MS);
  }

  /**
   * What is known of every module's keys, by name.
   * @throws {UnavailableError} when the keys cannot be read now
   */
  async survey(): Promise<KeyView[]> {
    await this.readAfter(this.now());
    const { policy } = this.parts;
    return [...(this.snapshot?.entries.values() ?? [])]
      .map((entry) => viewKeys(entry, policy, this.date()))
      .toSorted((a, b) => (a.module < b.module ? -1 : 1));
  }

  /**
   * Trusts a registered key of a module from now on, and the one before no longer.
   * @throws {ProblemError} `notFound` (404) when the module has not registered this key; `conflict` (409) when the settings list others
   * @throws {UnavailableError} when the keys cannot be read or written now
   */
  async approve(module: string, keyId: string): Promise<KeyView> {
    await this.readAfter(this.now());
    const entry = this.entry(module);
    const key = [entry?.registered?.key, entry?.registered?.next].find((one) => one?.keyId === keyId);
    if (!entry || !key) {
      throw new ProblemError(
        'notFound',
        `${module} has not registered a key ${keyId}: GET /spark/keys shows which.`,
      );
    }
    const listed = this.parts.policy.trustedKeys.get(nameKey(module));
    if (listed && !listed.includes(keyId)) {
      throw new ProblemError(
        'conflict',
        `The settings of this module list other keys of ${module}: change SPARK_TRUSTED_KEYS (trustedKeys) instead.`,
      );
    }
    const pin = entry.pinned?.value;
    // The key is approved, not an entry with it that somebody else has written.
    await this.pin(entry.module, key, pin?.keyId === keyId && pin.signs === true);
    return viewKeys(this.entry(module) ?? entry, this.parts.policy, this.date());
  }

  /** Trusts this key from now on. Called after a signature has proved that the module has it. */
  async pin(module: string, key: VerificationKey, signs = false): Promise<void> {
    const { keyId, jwk: publicKey } = key;
    const pinnedAt = new Date(this.date()).toISOString();
    const { asOf } = this.entry(module)?.pinned?.value ?? {};
    await this.write({ module, keyId, publicKey, pinnedAt, ...(signs && { signs }), ...(asOf && { asOf }) });
  }

  private async judge(module: string, keyId: string, notBefore: number): Promise<KeyVerdict> {
    await this.readAfter(notBefore);
    return judgeKey(this.entry(module), keyId, this.parts.policy, this.date());
  }

  private entry(module: string): KeyEntry | undefined {
    return this.snapshot?.entries.get(nameKey(module));
  }

  private believed(module: string): readonly VerificationKey[] {
    const entry = this.entry(module);
    return entry ? believedKeys(entry, this.parts.policy, this.date()) : [];
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
      this.warn(id, `The document ${JSON.stringify(id)} is not a pinned key and is ignored: delete it`);
    }
    for (const entry of this.snapshot.entries.values()) if (entry.pinned) await this.remember(entry);
  }

  /** One pin that cannot be written now must not keep the other modules' keys from being read. */
  private async remember(entry: KeyEntry): Promise<void> {
    await this.settle(entry).catch((error: unknown) => {
      this.warn(
        `pin of ${entry.module}`,
        `The pinned key of ${entry.module} cannot be renewed: ${describeError(error)}`,
      );
    });
  }

  /** Writes down what a believed entry proves: who signs, and which key follows which. */
  private async settle(entry: KeyEntry): Promise<void> {
    const pin = nextPin(entry, this.parts.policy, this.date());
    if (pin) await this.write(pin);
  }

  private async write(value: PinnedKey): Promise<void> {
    const { state, log } = this.parts;
    const { module, keyId } = value;
    const id = pinnedKeyId(nameKey(module));
    const entry = this.entry(module);
    const before = entry?.pinned ?? null;
    try {
      const version = await state.write(id, 'SparkKeys', value, before?.version ?? null);
      if (entry) Object.assign(entry, { pinned: { id, value, version }, pins: await pinnedKeysOf(value) });
      if (before?.value.keyId !== keyId) log.log(`Pinned the key ${keyId} of module ${module}`);
      const { next } = value;
      if (next && before?.value.next?.keyId !== next.keyId)
        log.log(`Module ${module} has announced its next key ${next.keyId}, which is trusted from now on`);
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      // Another instance pinned meanwhile, and its pin is what counts.
      this.snapshot = null;
    }
  }

  private warn(about: string, text: string): void {
    if (this.warned.leftOut(nameKey(about), this.now()) !== null) this.parts.log.warn(text);
  }

  /** Once for each module: there is nothing to do but to update it. */
  private warnOfUnsigned({ appName }: ModuleInformation): void {
    if (this.unsigned.has(nameKey(appName))) return;
    this.unsigned.add(nameKey(appName));
    this.parts.log.warn(unsignedWarning(appName));
  }
}
