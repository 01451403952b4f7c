import type { JetStreamConnection } from '../connect/connection.ts';
import { ensureStream } from './ensure-stream.ts';
import type { WantedStream } from './plan-stream.ts';

/** Remembers which streams exist, until the connection breaks: the next server may not have them. */
export class Provisioner {
  readonly #connection: JetStreamConnection;
  readonly #done = new Map<string, Promise<void>>();

  constructor(connection: JetStreamConnection) {
    this.#connection = connection;
    connection.onStatus((status) => {
      if (status === 'disconnected') this.#done.clear();
    });
  }

  /** @param created runs when the stream did not exist, before this resolves */
  ensure(wanted: WantedStream, created: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const known = this.#done.get(wanted.name);
    if (known) return known;
    const doing = ensureStream(this.#connection, wanted).then((result) =>
      result === 'created' ? created() : undefined,
    );
    this.#done.set(wanted.name, doing);
    doing.catch(() => this.forget(wanted.name));
    return doing;
  }

  forget(stream: string): void {
    this.#done.delete(stream);
  }
}
