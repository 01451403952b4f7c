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
  /** The source position that was asked about, if any, and the nudge that wakes a waiting reader. */
  wanted: { readonly asked: AskedFor | null; readonly nudge: Nudge };
  pace: Pick<Pace, 'idleMs' | 'watermarkMs'>;
}

/** A page to publish, with the source's witness when it was read. */
export interface WitnessedPage {
  page: ChangePage;
  witness: Witness;
}

/** The pages that have to be published: the existing ones, then new ones, until aborted. Others are skipped. */
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
