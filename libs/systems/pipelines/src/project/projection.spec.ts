import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { eventOf, KEY } from '../fixtures/store.conformance.ts';
import type { JournalEntry } from '../store/ports.ts';
import { PipelinesProjection, type ReadJournal } from './projection.ts';

const OTHER = { ...KEY, pipelineId: 'other' };

/** A journal that can be taken away and restored under its name. */
class Journal implements ReadJournal {
  entries: JournalEntry[] = [];
  isCut = false;
  cuts = 0;

  last = async (): Promise<number> => this.entries.length;
  origin = async (): Promise<string> => 'the same';

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<JournalEntry> {
    for (let at = after; !signal.aborted;) {
      if (this.isCut) this.cuts++;
      if (this.isCut) throw new UnavailableError('cut off');
      const entry = this.entries[at];
      if (entry) at++;
      if (entry) yield entry;
      else await nextTurn();
    }
  }
}

const entry = (position: number, key = KEY): JournalEntry => ({ position, event: eventOf(key, 'one') });

describe('what a process knows of the pipelines', () => {
  it('is read again from the beginning when the journal was restored to an older state', async () => {
    const journal = new Journal();
    journal.entries = [entry(1, OTHER), entry(2), entry(3)];
    const projection = new PipelinesProjection(journal, new MemoryLogger());
    projection.start();
    await eventually(() => projection.position === 3);
    journal.isCut = true;
    journal.entries = [entry(1, OTHER)];
    await eventually(() => journal.cuts > 0);
    journal.isCut = false;
    await eventually(() => projection.get(KEY) === null && projection.position === 1);
    expect(projection.get(OTHER)).not.toBeNull();
    projection.close();
  });

  it('is rebuilt from the journal as it is now, even if its loss has not been noticed yet', async () => {
    const journal = new Journal();
    journal.entries = [entry(1, OTHER), entry(2), entry(3)];
    const projection = new PipelinesProjection(journal, new MemoryLogger());
    projection.start();
    await eventually(() => projection.position === 3);
    journal.entries = [entry(1, OTHER)];
    await projection.rebuild();
    expect(projection.get(OTHER)).toMatchObject({ position: 1 });
    projection.close();
  });
});
