import { VersionConflictError, type StateStore } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText, retry } from '@nestjs-spark/foundation/internal';
import { documentOf } from '../keep/seal-document.ts';
import { isNotNewer, type SettingsDocument } from '../keep/settings-document.ts';

const ID = 'sparkSettings/central';
const COLLECTION = 'SparkSettings';
const TRIES = 5;

const isRecord = isObjectOf({ text: isText(Infinity) });

/**
 * The text that this module last trusted, in its own database: for a start without the store, and to reject older ones that
 * reappear.
 */
export class LastKnown {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** @throws {UnavailableError} while the database is unavailable */
  async read(): Promise<string | null> {
    const found = await this.#state.read(ID);
    return found && isRecord(found.value) ? found.value.text : null;
  }

  /**
   * Keeps what another instance has stored if that is newer.
   * @throws {UnavailableError} while the database is unavailable
   * @throws {VersionConflictError} when other instances keep writing
   */
  write(text: string, document: SettingsDocument): Promise<void> {
    return retry(() => this.#write(text, document), {
      policy: { waitMs: 10, factor: 2, jitter: 1 },
      retries: (error) => error instanceof VersionConflictError,
      attempts: TRIES,
    });
  }

  async #write(text: string, document: SettingsDocument): Promise<void> {
    const found = await this.#state.read(ID);
    const known = found && isRecord(found.value) ? documentOf(found.value.text) : null;
    if (known !== null && !isNotNewer(known, document)) return;
    await this.#state.write(ID, COLLECTION, { text }, found?.version ?? null);
  }
}
