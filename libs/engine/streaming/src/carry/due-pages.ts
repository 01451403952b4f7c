import { performance } from 'node:perf_hooks';
import type { ChangePage, Witness } from '@nestjs-spark/contracts/internal';
import { Every, type Nudge } from '@nestjs-spark/foundation/internal';
import type { Publisher } from '../publish/publisher.ts';
import { isDue, nextStep, type AskedFor } from '../read/page-due.ts';
import { requireDeletes, type PageReader } from '../read/page-reader.ts';
import type { WitnessGuard } from '../read/witness-guard.ts';
import { makeRoom } from '../rerun/make-room.ts';
import type { Reruns } from '../rerun/reruns.ts';
import type { Pace } from '../task/pace.ts';
import type { CaptureProgress } from './progress.ts';

export interface DuePagesParts {
  reader: PageReader;
  witness: Pick<WitnessGuard, 'stale' | 'ageing' | 'raise' | 'use' | 'check'>;
  reruns: Pick<Reruns, 'look'>;
  publisher: Pick<Publisher, 'position' | 'checkTail'>;
  progress: CaptureProgress;
  /** Word of the source that was asked for, if any, and what wakes a reader that waits. */
  wanted: { readonly asked: AskedFor | null; readonly nudge: Nudge };
  pace: Pick<Pace, 'idleMs' | 'watermarkMs'>;
}

/** A page to publish, with what the source's witness said when it was read. */
export interface WitnessedPage {
  page: ChangePage;
  witness: Witness;
}

/** The pages that have to be published: those that are there, then those to come, until aborted. Others are passed by. */
export async function* duePages(
  parts: DuePagesParts,
  signal: AbortSignal,
): AsyncGenerator<WitnessedPage, void, undefined> {
  const { reader, witness, reruns, publisher, progress, wanted, pace } = parts;
  const check = new Every(pace.idleMs);
  while (!signal.aborted) {
    let page = await reader.read(false);
    const rerun = page.drained && (await reruns.look());
    const due = isDue({
      page,
      published: publisher.position,
      silentMs: performance.now() - progress.publishedAt,
      watermarkMs: pace.watermarkMs,
      asked: wanted.asked,
    });
    let room = rerun && makeRoom(page) !== null;
    let step = nextStep({ due, rerun, room, stale: witness.stale });
    if (step === 'raise') {
      await witness.raise();
      page = await reader.read(true);
      room = rerun && makeRoom(page) !== null;
      step = nextStep({ due, rerun: room, room, stale: false });
    }
    if (step === 'pass') await requireDeletes(page);
    reader.done(page);
    if (step === 'publish') {
      progress.handed(page.to);
      yield { page, witness: witness.use() };
    } else if (page.drained) {
      progress.passed(page.to);
      await check.due(async () => {
        await publisher.checkTail();
        await witness.check();
      });
    }
    if (!page.drained) continue;
    if (witness.ageing) {
      await witness.raise();
      reader.renew();
    }
    await reader.untilMore(wanted.nudge, pace.idleMs, signal);
  }
}
