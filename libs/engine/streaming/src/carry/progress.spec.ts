import { describe, expect, it } from '@jest/globals';
import type { ChangePage, Confirmation } from '@nestjs-spark/contracts/internal';
import { TASK } from '../../testing/simulation.ts';
import type { CapturePosition } from '../task/position.ts';
import { CaptureProgress } from './progress.ts';

const position = (to: number, live = true): CapturePosition => ({
  generation: 1,
  incarnation: 'i',
  databaseId: 'db',
  to,
  began: 0,
  live,
  witness: { number: 0, mark: '' },
  resync: null,
});

const page = (to: number, puts = 1): ChangePage =>
  ({ to, changes: Array.from({ length: puts }, () => ({ kind: 'put' })) }) as unknown as ChangePage;

function capturing(to: number, live = true): CaptureProgress {
  const progress = new CaptureProgress(TASK, 'Cars');
  progress.active = true;
  progress.resumed(position(to, live));
  return progress;
}

describe('Up to where a capture has read', () => {
  it('is after what it has published, where nothing more concerned the task', () => {
    const progress = capturing(90);
    progress.passed(95);
    expect(progress.status()).toMatchObject({ publishedTo: 90, readTo: 95 });
  });

  it('does not count while a page before it is still on its way to the log', () => {
    const progress = capturing(90);
    progress.handed(100);
    progress.passed(120);
    expect(progress.status()).toMatchObject({ publishedTo: 90, readTo: 90 });
    progress.carried(page(100), position(100), 'kept');
    expect(progress.status()).toMatchObject({ publishedTo: 100, readTo: 120 });
  });
});

describe('What a capture says of itself', () => {
  it('is that it waits until something got through, not until it tries again', () => {
    const progress = capturing(90);
    progress.waiting('the log is full');
    progress.resumed(position(90));
    expect(progress.status()).toMatchObject({ state: 'Waiting', lastError: 'the log is full' });
    progress.handed(100);
    progress.carried(page(100), position(100), 'kept');
    expect(progress.status()).toMatchObject({ state: 'Streaming', lastError: null });
  });

  it('counts documents of the first copy, of which there are never less than were read', () => {
    const progress = capturing(0, false);
    progress.documentsTotal = 9;
    progress.carried(page(10, 7), position(10, false), 'kept');
    expect(progress.status()).toMatchObject({ documentsRead: 7, documentsTotal: 9 });
    progress.carried(page(20, 5), position(20), 'kept');
    progress.carried(page(30, 5), position(30), 'kept');
    expect(progress.status()).toMatchObject({ documentsRead: 12, documentsTotal: 12, live: true });
  });

  /** Pages, by how many documents they put; `end` marks the end of the first copy. */
  it.each<[string, number, (number | 'end')[], number, number]>([
    ['nothing', 0, ['end'], 0, 0],
    ['as many as were counted', 10, [10, 'end'], 10, 10],
    ['fewer, since some were deleted', 10, [4, 3, 'end'], 7, 10],
    ['more, since some were changed meanwhile', 10, [10, 5, 'end'], 15, 15],
    ['more, since some came', 10, [4, 4, 4, 'end'], 12, 12],
    ['before they were counted', 0, [3], 3, 3],
    ['half of them', 10, [5], 5, 10],
    ['pages without a document', 10, [0, 0, 10, 0, 'end'], 10, 10],
    ['what changes after the first copy', 10, [10, 'end', 7, 9], 10, 10],
    ['what changes after one of none', 0, ['end', 7, 9], 0, 0],
    ['one page of all and more', 1, [9_096, 'end'], 9_096, 9_096],
  ])('counts %s: of %d', (_what, total, pages, read, of) => {
    const progress = capturing(0, false);
    progress.documentsTotal = total;
    let [to, isLive] = [0, false];
    for (const one of pages) {
      if (one === 'end') isLive = true;
      to += 10;
      progress.carried(page(to, one === 'end' ? 0 : one), position(to, isLive), 'kept');
      const { documentsRead = 0, documentsTotal = 0 } = progress.status() ?? {};
      expect(documentsRead).toBeLessThanOrEqual(documentsTotal);
    }
    expect(progress.status()).toMatchObject({ documentsRead: read, documentsTotal: of });
  });
});

describe('Up to where deletes need not be kept', () => {
  const confirmation = (incarnation: string): Confirmation => ({
    generation: 1,
    incarnation,
    databaseId: 'db',
    to: 70,
    readAt: 1,
    at: 1,
    live: true,
    witness: { number: 0, mark: '' },
    sequence: 1,
    streamCreated: '',
  });

  it('is known to the instances that do not carry the task, by what the carrier and the requester say', () => {
    const other = new CaptureProgress(TASK, 'Cars');
    other.confirmationHeard(confirmation('i'));
    expect(other.settledTo).toBe(0);
    const said = capturing(90).status();
    if (said) other.carrierSaid(said);
    expect(other.settledTo).toBe(70);
    other.confirmationHeard(confirmation('earlier'));
    expect(other.settledTo).toBe(0);
  });

  it('is known to an instance that takes over, by what it heard before', () => {
    const next = new CaptureProgress(TASK, 'Cars');
    next.confirmationHeard(confirmation('i'));
    next.active = true;
    next.resumed(position(90));
    expect(next.settledTo).toBe(70);
    next.resumed({ ...position(0), incarnation: 'another' });
    expect(next.settledTo).toBe(0);
  });
});
