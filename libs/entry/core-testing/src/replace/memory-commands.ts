import type { CommandBus, Delivery } from '@nestjs-spark/replication/internal';

type Handle = (command: object, delivery: Delivery) => Promise<void>;

/** Deployment commands in memory. What fails waits until it is delivered again: there are no retries by time in a test. */
export class MemoryCommands implements CommandBus {
  readonly #sent = new Map<string, { command: object; attempts: number; done: boolean }>();
  #handle: Handle | null = null;
  #delivering: Promise<void> = Promise.resolve();

  async send(subject: string, command: object): Promise<void> {
    this.#sent.set(subject, { command, attempts: 0, done: false });
    void this.deliver();
  }

  async last(subject: string): Promise<unknown> {
    return this.#sent.get(subject)?.command ?? null;
  }

  async dropDeadLetters(): Promise<number> {
    return 0;
  }

  start(handle: Handle): void {
    this.#handle = handle;
    void this.deliver();
  }

  async stop(): Promise<void> {
    this.#handle = null;
    await this.#delivering;
  }

  /** Hands over what has not been taken yet, one command at a time. */
  deliver(): Promise<void> {
    this.#delivering = this.#delivering.then(() => this.#deliverAll());
    return this.#delivering;
  }

  async #deliverAll(): Promise<void> {
    for (const sent of this.#sent.values()) {
      if (sent.done || this.#handle === null) continue;
      sent.attempts++;
      // The handler has noted why; the status shows it.
      sent.done = await this.#handle(sent.command, { attempt: sent.attempts, last: false }).then(
        () => true,
        () => false,
      );
    }
  }
}
