import type { OutBatch, Sink } from './ports.ts';

/** Prints each record, at least once: a printer cannot be asked what it already has. */
export class LogSink implements Sink {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  async open(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {}

  async write({ records }: OutBatch): Promise<void> {
    for (const { fields } of records) this.#print(JSON.stringify(fields));
  }
}
