import { isDeepStrictEqual } from 'node:util';
import { ProblemError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import type {
  MessageSigner,
  MessageVerifier,
  SettingsStore,
  StateStore,
} from '@nestjs-spark/contracts/internal';
import {
  describeError,
  InTurn,
  keepRunning,
  persist,
  type LiveSettings,
  type Logger,
} from '@nestjs-spark/foundation/internal';
import { changedValues, describeNoVersion } from '../change/check-values.ts';
import { documentIn, documentOf, doubtAbout, keyOf, sealDocument, takeApart } from '../keep/seal-document.ts';
import {
  isNotNewer,
  latest,
  nextVersion,
  withVersion,
  type SettingsDocument,
  type SettingsVersion,
} from '../keep/settings-document.ts';
import { LastKnown } from './last-known.ts';
import type { SettingsCondition } from './settings-condition.ts';

export interface CentralSettingsParts {
  module: string;
  live: LiveSettings;
  /** Null: no central settings. */
  store: SettingsStore | null;
  /** The module's own database. */
  state: StateStore;
  signer: MessageSigner;
  verifier: MessageVerifier;
  log: Logger;
}

const TRIES = 8;
/** Short waits: whatever depends on `whenKnown` is blocked until the last used settings are known. */
const SOON = { waitMs: 250, factor: 2, longestMs: 1_000 };
const PATIENT = { waitMs: 500, factor: 2, longestMs: 10_000 };

/**
 * What operators set for all instances of a module. It is kept in a store where others may be able to write too: only a document
 * signed by this module, and not older than the current one, has any effect.
 */
export class CentralSettings {
  readonly #parts: CentralSettingsParts;
  readonly #lastKnown: LastKnown;
  readonly #turns = new InTurn();
  readonly #known = Promise.withResolvers<void>();
  #document: SettingsDocument | null = null;
  #text: string | null = null;
  #revision = '';
  #condition: SettingsCondition;
  #refusals = 0;

  constructor(parts: CentralSettingsParts) {
    this.#parts = parts;
    this.#lastKnown = new LastKnown(parts.state);
    this.#condition = { state: parts.store ? 'starting' : 'none' };
  }

  get live(): LiveSettings {
    return this.#parts.live;
  }

  /** Where they are stored; null: nowhere. */
  get place(): string | null {
    return this.#parts.store?.place ?? null;
  }

  get condition(): SettingsCondition {
    return this.#condition;
  }

  get current(): SettingsVersion | null {
    return latest(this.#document);
  }

  /** Newest first. */
  get history(): SettingsVersion[] {
    return [...(this.#document?.versions ?? [])].toReversed();
  }

  /** How often the store's content was not trusted. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Resolves once the last used settings, if there are any, are in effect again, and at the end of `run`. */
  whenKnown(): Promise<void> {
    return this.#known.promise;
  }

  /** Keeps the values current until `signal` aborts. The last used values are read first: they apply even without the store. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, log } = this.#parts;
    if (!store) return this.#known.resolve();
    await persist(() => this.#recall(), {
      signal,
      policy: SOON,
      onFailure: (error) => log.debug(`The settings used last cannot be read yet: ${describeError(error)}`),
    });
    this.#known.resolve();
    if (signal.aborted) return;
    const follow = async (): Promise<void> => {
      await this.#inTurn(async () => {
        await this.#refresh(store);
        await this.#signAgain(store);
      });
      for (;;) {
        await store.changed(this.#revision, signal);
        if (signal.aborted) return;
        await this.#inTurn(() => this.#refresh(store));
      }
    };
    await keepRunning(follow, {
      signal,
      policy: PATIENT,
      onEachFailure: (error) => this.#away(error),
    });
  }

  /**
   * Changes central values, for all instances of the module.
   * @param values undefined removes a value
   * @throws {ProblemError} `unavailable` when there are no central settings, and when it is unknown whether they changed
   * @throws {UnavailableError} while the store is unavailable; nothing was changed then
   * @throws {VersionConflictError} when others keep changing them; nothing was changed then
   */
  change(values: ReadonlyMap<string, unknown>): Promise<SettingsVersion> {
    return this.#write(() => ({
      values: changedValues(this.current?.values ?? {}, values),
      takenFrom: null,
    }));
  }

  /**
   * Sets the values of an earlier version again, as a new version.
   * @param version null for the one before the current one
   * @throws {ProblemError} `notFound` for an unknown version; `conflict` for null when others change the settings; else as `change`
   */
  rollBack(version: number | null): Promise<SettingsVersion> {
    let undone: number | null = null;
    return this.#write(() => {
      const current = this.current?.version ?? 0;
      undone ??= current;
      if (version === null && undone !== current)
        throw new ProblemError(
          'conflict',
          `Somebody else has set version ${current} of the settings in the meantime. Nothing was changed; name the version to go back to.`,
        );
      const wanted = version ?? current - 1;
      const found = this.#document?.versions.find((one) => one.version === wanted);
      if (found) return { values: found.values, takenFrom: wanted };
      throw new ProblemError('notFound', describeNoVersion(wanted, version !== null));
    });
  }

  async #write(plan: () => Pick<SettingsVersion, 'values' | 'takenFrom'>): Promise<SettingsVersion> {
    const { store, module, signer } = this.#parts;
    if (!store) throw new ProblemError('unavailable', 'This module uses no central settings.');
    return this.#inTurn(async () => {
      for (let attempt = 1; ; attempt++) {
        await this.#refresh(store);
        const version = nextVersion(this.current, plan(), new Date());
        const document = withVersion(this.#document, version);
        const text = sealDocument(document, module, signer);
        try {
          this.#revision = await store.write(text, this.#revision);
        } catch (error) {
          if (error instanceof UnavailableError) return this.#findWritten(store, version, error);
          if (!(error instanceof VersionConflictError) || attempt === TRIES) throw error;
          continue;
        }
        await this.#adopt(document, text);
        this.#agree();
        return version;
      }
    });
  }

  /** A store that did not answer may have written nevertheless; its current content tells. */
  async #findWritten(
    store: SettingsStore,
    written: SettingsVersion,
    cause: UnavailableError,
  ): Promise<SettingsVersion> {
    await this.#refresh(store).catch((error: unknown) => this.#away(error));
    if (this.history.some((version) => isDeepStrictEqual(version, written))) return written;
    throw new ProblemError(
      'unavailable',
      `The settings' store did not answer, and it is not known whether it has stored version ${written.version}: look at the history before you try again.`,
      { cause },
    );
  }

  /** One at a time: a revision belongs to the document that was read with it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run('', work);
  }

  async #recall(): Promise<void> {
    const text = await this.#lastKnown.read();
    const document = text === null ? null : documentOf(text);
    if (text === null || document === null || isNotNewer(document, this.#document)) return;
    this.#use(document, text);
  }

  /** @throws {UnavailableError} while the store, or the keys to verify with, cannot be read */
  async #refresh(store: SettingsStore): Promise<void> {
    const { module, verifier } = this.#parts;
    const { text, revision } = await store.read();
    const isNews = revision !== this.#revision;
    this.#revision = revision;
    if (text === null) return this.#missing(isNews);
    if (text === this.#text) return this.#agree();
    const sealed = takeApart(text);
    const document = sealed && documentIn(sealed);
    if (!sealed || !document) return this.#refuse('no module has written it', isNews);
    // The same content as the known one needs no signature: another key of this module may have signed it.
    if (JSON.stringify(document) === JSON.stringify(this.#document)) return this.#agree();
    const doubt = await doubtAbout(sealed, module, verifier);
    if (doubt !== null) return this.#refuse(doubt, isNews);
    if (isNotNewer(document, this.#document))
      return this.#refuse(`it has version ${latest(document)?.version}, which is older`, isNews);
    await this.#adopt(document, text);
    this.#agree();
  }

  /** Re-signs it with the current key, by which other instances can verify it: the one that signed it may be gone. */
  async #signAgain(store: SettingsStore): Promise<void> {
    const { module, signer } = this.#parts;
    const sealed = this.#text === null ? null : takeApart(this.#text);
    if (!sealed || !this.#document || this.#condition.state !== 'current') return;
    if (keyOf(sealed) === signer.keyId) return;
    const text = sealDocument(this.#document, module, signer);
    this.#revision = await store.write(text, this.#revision);
    await this.#adopt(this.#document, text);
  }

  async #adopt(document: SettingsDocument, text: string): Promise<void> {
    this.#use(document, text);
    try {
      await this.#lastKnown.write(text, document);
    } catch (error) {
      this.#parts.log.debug(`The settings in use cannot be remembered: ${describeError(error)}`);
    }
  }

  #use(document: SettingsDocument, text: string): void {
    const { live, log } = this.#parts;
    this.#document = document;
    this.#text = text;
    const { version, values } = latest(document) ?? { version: 0, values: {} };
    const { changes, refused } = live.take(new Map(Object.entries(values)));
    for (const { name, before, after } of changes)
      log.log(`${name} is ${show(after)} now and was ${show(before)} (settings version ${version})`);
    for (const name of refused)
      log.warn(
        `${name} of settings version ${version} cannot be used here, and stays ${show(live.read(name))}`,
      );
  }

  #agree(): void {
    this.#condition = { state: 'current' };
  }

  #missing(isNews: boolean): void {
    if (this.#document === null) this.#agree();
    else this.#refuse('they were removed there; set one of them to write them again', isNews);
  }

  #refuse(reason: string, isNews: boolean): void {
    const { log } = this.#parts;
    this.#condition = { state: 'refused', reason };
    if (!isNews) return;
    this.#refusals += 1;
    log.warn(`The settings in ${this.place} are not used: ${reason}. Those in use stay`);
  }

  #away(error: unknown): void {
    const { log } = this.#parts;
    const reason = describeError(error);
    const before = this.#condition;
    this.#condition = { state: 'away', reason };
    if (before.state === 'away') return;
    const level = error instanceof UnavailableError ? 'debug' : 'warn';
    log[level](`The settings cannot be followed: ${reason}. Those in use stay; trying again`);
  }
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
