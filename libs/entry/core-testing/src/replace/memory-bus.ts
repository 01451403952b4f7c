import { MemoryBoard, MemoryChangeLog, MemoryLeases, MemoryRegistry } from '@nestjs-spark/testing/internal';

/** What replication works over, in memory. Stands for `BusInUse`. */
export class MemoryBus {
  readonly bus = {
    connection: { health: () => ({ ready: true, detail: 'in memory, for tests' }) },
    board: new MemoryBoard(),
    changes: new MemoryChangeLog(),
    leases: new MemoryLeases(),
    registry: new MemoryRegistry(),
    deadLetters: { list: async () => [], count: async () => 0, replay: async () => 'not-found' },
  };
  readonly #atClose: () => Promise<void>;

  /** @param atClose done when the application has stopped all work */
  constructor(atClose: () => Promise<void>) {
    this.#atClose = atClose;
  }

  start(): void {}

  close(): Promise<void> {
    return this.#atClose();
  }
}
