import { StoreRefusedError } from '@nestjs-spark/contracts';

/** Copies the embedded store while the application uses it. Inject it by its class, which is provided on every store. */
export class StoreBackup {
  readonly #backup: ((path: string) => Promise<void>) | null;

  /** @param backup the store's own; null where there is none. The Nest module creates this class */
  constructor(backup: ((path: string) => Promise<void>) | null) {
    this.#backup = backup;
  }

  /** False on RavenDB, which makes its own backups. */
  get isPossible(): boolean {
    return this.#backup !== null;
  }

  /**
   * Writes the current state to a new file, which appears completely or not at all. Folders are created. The application can
   * write meanwhile. To restore, stop the application and replace its file with the backup.
   * @param path relative to the working directory
   * @throws {StoreRefusedError} when the file exists (use a name with the time in it), or on RavenDB
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
