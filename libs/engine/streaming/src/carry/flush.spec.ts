import { describe, expect, it } from '@jest/globals';
import { decodeHeader, type ChangePage, type FeedQuery } from '@nestjs-spark/contracts/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemorySource } from '@nestjs-spark/testing';
import { Simulation } from '../../testing/simulation.ts';

const NEVER = 3_600_000;

/** Ends a page with its last document: deletes after it come with the next one. */
class DeletesLast extends MemorySource {
  override async read(query: FeedQuery): Promise<ChangePage> {
    const page = await super.read(query);
    const last = page.changes.findLast(({ kind }) => kind === 'put')?.etag;
    if (last === undefined) return page;
    return { ...page, to: last, lastEtag: last, changes: page.changes.filter(({ etag }) => etag <= last) };
  }
}

describe('a word of how far the source is', () => {
  it('comes for the etag that it was asked for, although a page ends before it', async () => {
    const simulation = new Simulation(new DeletesLast(), { idleMs: NEVER, watermarkMs: NEVER });
    const { source, log } = simulation;
    const published = (etag: number) =>
      eventually(async () => {
        const last = await log.tail();
        expect(last && decodeHeader(last.headers).to).toBeGreaterThanOrEqual(etag);
      });
    source.put('vans/1', {}, 'Vans');
    source.put('cars/1', {});
    simulation.startCapture();
    await published((await source.identify('')).lastEtag);
    source.put('cars/2', {});
    source.delete('vans/1');
    await published(await simulation.flush());
    await simulation.stop();
  }, 120_000);
});
