import type { CaptureStatus, SourceStatus } from '@nestjs-spark/contracts/internal';
import { etagsBehind, reachedEtag, type Place } from '../task/place.ts';

/** Reports about the source older than this are considered worthless. */
export const SILENCE_MS = 60_000;

/** After this many ticks without a report the owner counts as silent. It reports every 5 s. */
const OWNER_PATIENCE = 12;

/** The copy's position: enough of a checkpoint to compare with what is known of the source. */
export interface Reached {
  databaseId: string;
  incarnation: string;
  to: number;
  readAt: number;
}

/**
 * What an instance of the requester knows of the owner's database, and whether that is still current. `now` is this process's own
 * monotonic clock; the owner's clock is only compared with itself.
 */
export class SourceKnowledge {
  #place: Place | null = null;
  #heardAt: number | null = null;
  #said: { status: SourceStatus; heardAt: number } | null = null;
  #captured: CaptureStatus | null = null;
  #silent = 0;

  /** The owner's answer to a question. */
  answered(place: Place, now: number): void {
    this.#place = place;
    this.#hear(now);
  }

  /** The owner's report on the board. The first one received may be old. */
  said(status: SourceStatus, now: number): void {
    const before = this.#said;
    if (before?.status.at === status.at) return;
    this.#said = { status, heardAt: now };
    this.#place = { databaseId: status.databaseId, etag: status.lastEtag };
    if (before) this.#hear(now);
  }

  /** The report of the capture's carrier. */
  captured(status: CaptureStatus): void {
    this.#captured = status;
    this.received({ databaseId: status.databaseId, etag: Math.max(status.publishedTo, status.readTo) });
  }

  /** A set, or a report of one: the source has reached at least this. */
  received(place: Place): void {
    if (this.#place === null || etagsBehind(this.#place, place) !== null) {
      if (this.#place === null || place.etag > this.#place.etag) this.#place = place;
    }
  }

  /** From here on, etags of another database, or of an older state of it, mean nothing. */
  replaced(place: Place): void {
    this.#place = place;
  }

  tick(): void {
    this.#silent++;
  }

  /** For how many ticks an owner that publishes reports has been silent; null while that is inconclusive. */
  get silentFor(): number | null {
    return this.#said !== null && this.#silent >= OWNER_PATIENCE ? this.#silent : null;
  }

  get place(): Place | null {
    return this.#place;
  }

  /** The etag up to which nothing is missing, including what the capture has read without anything to publish. */
  reached(reached: Pick<Reached, 'incarnation' | 'to'>): number {
    return reachedEtag(reached, this.#captured);
  }

  /** Upper bound of the etags missing here; null: unknown. */
  lag(reached: Reached | null, now: number): number | null {
    if (reached === null || this.#place === null || !this.#isFresh(now)) return null;
    const { databaseId } = reached;
    return etagsBehind({ databaseId, etag: this.reached(reached) }, this.#place);
  }

  /** Age of what is applied; 0 when nothing is missing, null when unknown. `wallNow` is used when the owner's clock is unknown. */
  behindMs(reached: Reached | null, now: number, wallNow: number): number | null {
    const lag = this.lag(reached, now);
    if (lag === null || reached === null) return null;
    if (lag === 0) return 0;
    const said = this.#said;
    const ownersNow = said ? said.status.at + (now - said.heardAt) : wallNow;
    const age = Math.round(ownersNow - reached.readAt);
    // Clocks that disagree tell nothing, but something is missing, so 0 would be wrong in any case.
    return age > 0 ? age : said ? 1 : null;
  }

  #isFresh(now: number): boolean {
    return this.#heardAt !== null && now - this.#heardAt <= SILENCE_MS;
  }

  #hear(now: number): void {
    this.#heardAt = now;
    this.#silent = 0;
  }
}
