import {
  type ChangeSink,
  type LogDescription,
  type StoredCheckpoint,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { ahead, pause } from '@nestjs-spark/foundation/internal';
import { decide } from '../receive/decide.ts';
import type { ReadingPlace } from '../receive/reading-place.ts';
import type { ReceivedSet, RefusedSetError, SetReader } from '../receive/set-reader.ts';
import { TailWatch } from '../receive/tail-watch.ts';
import type { CatchUp } from './catch-up.ts';
import { liveCheckpoint, nextCheckpoint } from './next-checkpoint.ts';
import { ApplyPipeline } from './pipeline.ts';
import type { ApplyProgress } from './progress.ts';
import type { ResyncRequests } from './resync-requests.ts';
import type { SettingAside } from './setting-aside.ts';
import type { TaskCheckpoint } from './task-checkpoint.ts';

export interface ApplySessionParts {
  sink: Pick<ChangeSink, 'readCheckpoint'>;
  log: TaskLog;
  sets: SetReader;
  idleMs: number;
  progress: ApplyProgress;
  checkpoint: TaskCheckpoint;
  taking: SettingAside;
  catchUp: CatchUp;
  resyncs: ResyncRequests;
  place: ReadingPlace;
}

/** Applies what comes out of one stream, from one position on, until the first disturbance; its state ends with it. */
export class ApplySession {
  readonly #parts: ApplySessionParts;
  readonly #stream: LogDescription;
  readonly #pipeline: ApplyPipeline;
  readonly #tail: TailWatch;
  /** A message was refused, and no set of the owner has joined since. */
  #isStuck = false;
  /** Ends the read-ahead, when reading has to continue elsewhere or a set cannot be applied. */
  readonly #ended = new AbortController();

  /** @param stream the log when it was inspected; its sequences are only meaningful in this stream */
  constructor(parts: ApplySessionParts, stream: LogDescription) {
    this.#parts = parts;
    this.#stream = stream;
    this.#tail = new TailWatch(parts.sets);
    this.#pipeline = this.#openPipeline();
  }

  /** @param beside runs for as long as the log is read */
  async run(held: AbortSignal, beside: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { log, sets, place, checkpoint, progress } = this.#parts;
    const signal = AbortSignal.any([held, this.#ended.signal]);
    const from = place.next(checkpoint.value, this.#stream);
    const watching = Promise.all([this.#watchTail(signal), beside(signal)]);
    progress.reading();
    let isSameStream = false;
    try {
      for await (const received of ahead(sets.read(from, signal), 2)) {
        if (signal.aborted) break;
        // If the stream was recreated between the inspection and the read, its sequences would be confirmed as those of the old
        // one.
        isSameStream ||= (await log.describe())?.created === this.#stream.created;
        if (!isSameStream) break;
        this.#tail.received();
        if (received.refused) await this.#refuse(received.refused);
        else await this.#take(received);
      }
      await this.#pipeline.settled();
    } finally {
      this.#ended.abort();
      await Promise.allSettled([watching, this.#pipeline.settled()]);
    }
  }

  #openPipeline(): ApplyPipeline {
    const { sink, log, checkpoint, place, taking } = this.#parts;
    const applied = (stored: StoredCheckpoint): void => {
      place.proved();
      checkpoint.moved(stored);
    };
    const apply: ChangeSink['apply'] = (commands, next, expected) =>
      taking.apply(commands, next, expected, log);
    const readCheckpoint: ChangeSink['readCheckpoint'] = (task) => sink.readCheckpoint(task);
    return new ApplyPipeline({ apply, readCheckpoint }, checkpoint.stored, applied, () =>
      this.#ended.abort(),
    );
  }

  async #watchTail(signal: AbortSignal): Promise<void> {
    const { progress, catchUp, checkpoint, resyncs, place, idleMs } = this.#parts;
    while (!signal.aborted) {
      await pause(idleMs * place.patience, signal);
      if (this.#isStuck && !signal.aborted) {
        place.stuck();
        return this.#ended.abort();
      }
      if (progress.catchingUp) catchUp.find();
      const amiss = signal.aborted ? null : await this.#tail.look(() => checkpoint.value);
      if (amiss?.kind === 'past') {
        await resyncs
          .forgetIfLost()
          .then(() => resyncs.forHole(checkpoint.value, amiss.header))
          .catch(() => {});
      } else if (amiss) {
        place.misplaced();
        this.#ended.abort();
      }
    }
  }

  /** The copy continues with later sets, if one joins; what was refused is checked again while none does. */
  async #refuse(error: RefusedSetError): Promise<void> {
    const { progress, checkpoint, resyncs } = this.#parts;
    await this.#pipeline.settled();
    this.#isStuck = true;
    progress.refused(error);
    await resyncs.forRefused(checkpoint.value, error);
  }

  async #take({ set, sequence, signed }: Extract<ReceivedSet, { set: unknown }>): Promise<void> {
    const { progress, checkpoint, resyncs } = this.#parts;
    const { commands, ...header } = set;
    const before = this.#pipeline.head;
    const place = { sequence, streamCreated: this.#stream.created };
    switch (decide(before, header)) {
      case 'apply':
        progress.taking();
        await this.#pipeline.push(commands, nextCheckpoint(before, set, place, { now: Date.now(), signed }));
        if (before?.generation !== set.generation)
          progress.sourceReplaced({ databaseId: set.databaseId, etag: set.to });
        break;
      case 'live':
        if (before) await this.#pipeline.push([], liveCheckpoint(before, place));
        break;
      case 'hole':
        await this.#pipeline.settled();
        await resyncs.forHole(checkpoint.value, header);
        return;
      case 'covered':
      case 'past':
        // A set of the owner that is nothing new: earlier refusals lost nothing, provided that reading continues undisturbed.
        if (this.#isStuck) progress.reading();
        this.#isStuck = false;
        return;
    }
    this.#isStuck = false;
    resyncs.joined();
    await this.#complete();
  }

  /**
   * What is due once a generation is complete: its older copies are removed, and the owner is asked what there is to catch up
   * with.
   */
  async #complete(): Promise<void> {
    const { checkpoint, progress, catchUp } = this.#parts;
    if (this.#pipeline.head?.live && !this.#pipeline.head.swept) {
      await this.#pipeline.settled();
      await checkpoint.sweepIfDue();
      if (checkpoint.stored) this.#pipeline.continueFrom(checkpoint.stored);
    }
    if (progress.isCatchUpOlderThan(this.#pipeline.head)) progress.catchUpTo = null;
    if (progress.catchUpTo === null) catchUp.find();
  }
}
