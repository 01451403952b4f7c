import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ContentRefusedError } from '@nestjs-spark/contracts';
import type { DocumentWrite, DocumentWriter } from '@nestjs-spark/contracts/internal';
import { SparkTransactions } from './spark-transactions.ts';

class Car {
  plate!: unknown;
}

/** A store that takes a while to assign ids. */
class SlowWriter implements DocumentWriter {
  readonly ids = 'sqlite';
  readonly written: DocumentWrite[] = [];
  readonly #failure: Error | null;
  #number = 0;

  constructor(failure: Error | null = null) {
    this.#failure = failure;
  }

  async newId(): Promise<string> {
    await nextTurn();
    if (this.#failure) throw this.#failure;
    return `cars/${++this.#number}-A`;
  }

  async writeAll(writes: readonly DocumentWrite[]): Promise<void> {
    this.written.push(...writes);
  }
}

describe('a transaction that fails while ids are being assigned', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => void process.off('unhandledRejection', note));

  /** Until every promise of the writer has settled, and Node has looked for those that nobody handles. */
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await nextTurn();
  };

  it('does not end the process when its work throws before it has awaited them', async () => {
    const writer = new SlowWriter();
    const failed = new SparkTransactions(writer).run((tx) => {
      void tx.of(Car).create({ plate: 'A' });
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    await settled();
    expect(unhandled).toEqual([]);
    expect(writer.written).toEqual([]);
  });

  it('does not end it either when one of several entities cannot be stored', async () => {
    const failed = new SparkTransactions(new SlowWriter()).run((tx) =>
      Promise.all([tx.of(Car).create({ plate: 'A' }), tx.of(Car).create({ plate: Symbol('B') })]),
    );
    await expect(failed).rejects.toThrow(ContentRefusedError);
    await settled();
    expect(unhandled).toEqual([]);
  });

  it('fails with the reason why there was no id, even if nobody awaited it', async () => {
    const writer = new SlowWriter(new Error('no ids today'));
    const failed = new SparkTransactions(writer).run((tx) => void tx.of(Car).create({ plate: 'A' }));
    await expect(failed).rejects.toThrow('no ids today');
    await settled();
    expect(unhandled).toEqual([]);
    expect(writer.written).toEqual([]);
  });
});
