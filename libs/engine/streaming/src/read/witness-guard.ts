import {
  newest,
  remembers,
  type ChangeSource,
  type SourceIdentity,
  type Witness,
} from '@nestjs-spark/contracts/internal';
import { SourceReplacedError } from './source-errors.ts';
import type { CapturePosition } from '../task/position.ts';

/** When a reading's witness was last raised: what is read soon afterwards may be published with it, even by the next session. */
export interface RaisedWitness {
  databaseId: string;
  incarnation: string;
  witness: Witness;
  /** By `performance.now()`. */
  at: number;
}

/** Outlives the sessions of a capture. */
export interface WitnessMemory {
  raised: RaisedWitness | null;
}

/**
 * Detects that the source's files were restored: its witness document then does not remember what the sets carried. What is
 * published must have been read after the witness was raised to the value it carries; only then is a database without those
 * changes certain not to remember it. It is only raised when something is published, so an idle database is left alone.
 */
export class WitnessGuard {
  readonly #source: ChangeSource;
  readonly #reader: string;
  readonly #position: Pick<CapturePosition, 'databaseId' | 'incarnation'>;
  readonly #everyMs: number;
  readonly #memory: WitnessMemory;
  #witness: Witness;
  /** The witness in sets that the requester has, which may be later than the log's if the log was restored. */
  #confirmed: Witness;
  #raisedAt = -Infinity;
  #used = false;

  constructor(
    source: ChangeSource,
    reader: string,
    position: CapturePosition,
    everyMs: number,
    memory: WitnessMemory = { raised: null },
  ) {
    this.#source = source;
    this.#reader = reader;
    this.#position = position;
    this.#witness = position.witness;
    this.#confirmed = position.witness;
    this.#everyMs = everyMs;
    this.#memory = memory;
    const { raised } = memory;
    if (raised === null || !isOf(raised, position)) return;
    this.#witness = raised.witness;
    this.#raisedAt = raised.at;
  }

  /** The witness that the requester has; the source has to remember it too. */
  confirmed(witness: Witness): void {
    this.#confirmed = witness;
  }

  /** The source's witness at the last read, for something that is published with it. */
  use(): Witness {
    this.#used = true;
    return this.#witness;
  }

  /** What was read has to be read again after `raise` before it may be published. */
  get stale(): boolean {
    return this.#age >= this.#everyMs;
  }

  /** Half-way to being stale in an active source: raising it now, while nothing waits, delays no change. */
  get ageing(): boolean {
    return this.#used && this.#age >= this.#everyMs / 2;
  }

  /** @throws {SourceReplacedError} when the database is older than what was published from it */
  async check(): Promise<SourceIdentity> {
    const source = await this.#source.identify(this.#reader);
    const remembersAll = [this.#witness, this.#confirmed].every((said) => remembers(source.witness, said));
    if (source.databaseId !== this.#position.databaseId || !remembersAll) {
      // A raise that was not published proves nothing: the next session has to believe the log, or it would end in the same way.
      this.#memory.raised = null;
      throw new SourceReplacedError();
    }
    return source;
  }

  /** @throws {SourceReplacedError} as `check` does */
  async raise(): Promise<void> {
    const { witness } = await this.check();
    this.#witness = newest(await this.#source.raiseWitness(this.#reader, witness));
    this.#raisedAt = performance.now();
    this.#used = false;
    const { databaseId, incarnation } = this.#position;
    this.#memory.raised = { databaseId, incarnation, witness: this.#witness, at: this.#raisedAt };
  }

  get #age(): number {
    return performance.now() - this.#raisedAt;
  }
}

/** Whether it was raised in the same reading, and not by others since. */
function isOf(raised: RaisedWitness, { databaseId, incarnation, witness }: CapturePosition): boolean {
  const isSame = raised.databaseId === databaseId && raised.incarnation === incarnation;
  return isSame && raised.witness.number >= witness.number;
}
