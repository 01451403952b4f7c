import type { StateStore } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText } from '@nestjs-spark/foundation/internal';

const ID = 'sparkSettings/central';
const COLLECTION = 'SparkSettings';

const isRecord = isObjectOf({ text: isText(Infinity) });

/** The text that this module believed last, in its own database: for a start without the store, and against older ones that come back. */
export class LastKnown {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** @throws {UnavailableError} while the database is away */
  async read(): Promise<string | null> {
    const found = await this.#state.read(ID);
    return found && isRecord(found.value) ? found.value.text : null;
  }

  /**
   * @throws {UnavailableError} while the database is away
   * @throws {VersionConflictError} when another instance was first, which has written the same or a newer one
   */
  async write(text: string): Promise<void> {
    const found = await this.#state.read(ID);
    await this.#state.write(ID, COLLECTION, { text }, found?.version ?? null);
  }
}
