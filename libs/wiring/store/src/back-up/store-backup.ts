import { StoreRefusedError } from '@nestjs-spark/contracts';

/** Copies the embedded store while the application uses it. Inject it by its class; it is there on every store. */
export class StoreBackup {
  readonly #backup: ((path: string) => Promise<void>) | null;

  /** @param backup the store's own; null where there is none. The module makes this class itself */
  constructor(backup: ((path: string) => Promise<void>) | null) {
    this.#backup = backup;
  }

  /** False on RavenDB, whose own backups are the way. */
  get isPossible(): boolean {
    return this.#backup !== null;
  }

  /**
   * Writes everything as it is now to a new file, which is there whole or not at all. Folders are made. Writing goes on
   * meanwhile. To restore, stop the application and put the file in the place of its own.
   * @param path from the working directory
   * @throws {StoreRefusedError} when there is such a file (take a name with the time in it), or on RavenDB
   * @throws {UnavailableError} when the file cannot be written
   */
  async to(path: string): Promise<void> {
    if (!this.#backup) {
      throw new StoreRefusedError(
        "RavenDB makes its own backups: declare a periodic backup of the database in its Studio. StoreBackup is the embedded store's",
      );
    }
    await this.#backup(path);
  }
}
