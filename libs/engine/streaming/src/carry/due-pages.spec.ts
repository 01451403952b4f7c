import { describe, expect, it } from '@jest/globals';
import type { ChangePage, FeedQuery, WitnessRecord } from '@nestjs-spark/contracts/internal';
import { Nudge } from '@nestjs-spark/foundation/internal';
import { MemorySource } from '@nestjs-spark/testing';
import { QUICK } from '../../testing/simulation.ts';
import { PageReader } from '../read/page-reader.ts';
import { SharedPages } from '../read/shared-pages.ts';
import { WitnessGuard } from '../read/witness-guard.ts';
import type { CapturePosition } from '../task/position.ts';
import { duePages } from './due-pages.ts';
import { CaptureProgress } from './progress.ts';

const KEY = { owner: 'Fleet', requester: 'HR', name: 'Cars' };

/** Like RavenDB's, it hands out once what it has read ahead, unless it is asked for something fresh. */
class SourceReadingAhead extends MemorySource {
  readonly #ahead = new Map<string, ChangePage>();
  onRaise: () => Promise<void> = async () => {};

  async readAhead(query: FeedQuery): Promise<void> {
    this.#ahead.set(placeOf(query), await super.read(query));
  }

  override async read(query: FeedQuery): Promise<ChangePage> {
    if (query.fresh) this.#ahead.clear();
    const ahead = this.#ahead.get(placeOf(query));
    this.#ahead.delete(placeOf(query));
    return ahead ?? super.read(query);
  }

  override async raiseWitness(reader: string, from: WitnessRecord): Promise<WitnessRecord> {
    await this.onRaise();
    return super.raiseWitness(reader, from);
  }
}

function placeOf({ collection, from }: FeedQuery): string {
  return `${collection}|${from}`;
}

function positionIn(source: MemorySource): CapturePosition {
  const { databaseId, lastEtag } = source.now(KEY.requester);
  return {
    generation: 1,
    incarnation: 'first',
    databaseId,
    to: lastEtag,
    began: 0,
    live: true,
    witness: { number: 0, mark: '' },
    resync: null,
  };
}

describe('A source that is restored while a witness is raised', () => {
  it.each([0, 1])(
    'has nothing published that only its older files had, with %i other readers',
    async (others) => {
      const source = new SourceReadingAhead();
      source.put('cars/1', {});
      const backup = source.backup();
      const position = positionIn(source);
      const from = position.to + 1;
      const pages = new SharedPages(source);
      const reader = new PageReader(source, pages, { collection: 'Cars', position });
      const readings = Array.from({ length: others }, () =>
        pages.join({ collection: 'Cars', from, deletesAfter: 0 }),
      );
      const guard = new WitnessGuard(source, KEY.requester, position, Infinity);
      const isRaised = Promise.withResolvers<void>();
      source.onRaise = async () => {
        source.put('cars/lost', {});
        for (const reading of readings) await reading.read(from, false);
        await source.readAhead({ collection: 'Cars', from, deletesAfter: 0, limit: 2_048 });
        source.restore(backup);
        isRaised.resolve();
      };
      const progress = new CaptureProgress(KEY, 'Cars');
      progress.resumed(position);
      let ageing = true;
      const stopped = new AbortController();
      const due = duePages(
        {
          reader,
          witness: {
            stale: false,
            get ageing() {
              return ageing;
            },
            raise: async () => {
              ageing = false;
              await guard.raise();
            },
            use: () => guard.use(),
            check: () => guard.check(),
          },
          reruns: { look: async () => false },
          publisher: { position, checkTail: async () => {} },
          progress,
          wanted: { asked: null, nudge: new Nudge() },
          pace: { ...QUICK, watermarkMs: Infinity },
        },
        stopped.signal,
      );
      const first = due.next();
      await Promise.race([isRaised.promise, first]);
      source.put('cars/2', {});
      const { value } = await first;
      stopped.abort();
      expect(value?.page.changes.map(({ id }) => id)).toEqual(['cars/2']);
    },
  );
});
