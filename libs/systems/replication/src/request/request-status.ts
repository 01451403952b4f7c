import { NO_FAILURE, type RequestFailure } from './request-failure.ts';
import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { ENGINE_NAMES, type EngineName } from '@nestjs-spark/contracts';
import { nameKey } from '@nestjs-spark/foundation/internal';

/**
 * The state of the request to one owner. `pending`: sent to the bus; `retrying`: at least one attempt failed and another is due; `deployed`: the
 * owner accepted it; `dead`: it is a dead letter until someone replays it or the owner registers again.
 */
export type RequestState = 'pending' | 'retrying' | 'deployed' | 'dead';

/** The request to one owner, as known to this instance. */
@ApiSchema({ name: 'OwnerRequest' })
export class OwnerRequestStatus {
  @ApiProperty({ example: 'Fleet' })
  owner!: string;

  @ApiProperty()
  revision!: number;

  @ApiProperty({
    enum: ['pending', 'retrying', 'deployed', 'dead'],
    description: 'dead: a dead letter, until it is replayed or the owner registers again',
  })
  state!: RequestState;

  @ApiProperty()
  attempts!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  /** Why the last attempt failed, in one word; null if it did not, or for any other reason. */
  @ApiProperty({
    enum: ['refused', 'unregistered', 'unreachable'],
    nullable: true,
    description: 'Why the last attempt failed, in a word; null for another reason, and when it did not fail',
  })
  outcome!: RequestFailure['outcome'];

  @ApiProperty({ type: String, nullable: true, description: "The type of the owner's problem" })
  problem!: string | null;

  /** The collections that the owner refused. A single one holds back the whole request to that owner. */
  @ApiProperty({
    type: [String],
    description: 'The collections that the owner refused: they hold back the others',
  })
  collections!: readonly string[];

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'When the last attempt failed, milliseconds since 1970',
  })
  failedAt!: number | null;

  /** By task name, from the owner's answer; empty before. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...ENGINE_NAMES] },
    description: 'By task name, as the owner answered; empty before',
  })
  engines!: Record<string, EngineName>;
}

/** The engine in an owner's answer for a task. `hasOwn`, because a task may be named `constructor`. */
export function engineOf(request: OwnerRequestStatus | null, task: string): EngineName | null {
  return request && Object.hasOwn(request.engines, task) ? (request.engines[task] ?? null) : null;
}

/** The state of this module's requests to owners, as known to this instance. */
@Injectable()
export class RequestStatus {
  private readonly byOwner = new Map<string, OwnerRequestStatus>();
  private readonly passing = new Set<string>();
  private readonly attempts = new Map<string, { since: number }>();

  /** One entry per owner that has a request, or had one until now. */
  all(): OwnerRequestStatus[] {
    return [...this.byOwner.values()];
  }

  of(owner: string): OwnerRequestStatus | null {
    return this.byOwner.get(nameKey(owner)) ?? null;
  }

  /** The owners whose request is a dead letter for a reason that may go away by itself. */
  stranded(): string[] {
    return this.all()
      .filter(({ owner, state }) => state === 'dead' && this.passing.has(nameKey(owner)))
      .map(({ owner }) => owner);
  }

  /** The owners that have not accepted the request yet, although that requires no change here. */
  failing(): string[] {
    const retrying = this.all().filter(({ state }) => state === 'retrying');
    return [...retrying.map(({ owner }) => owner), ...this.stranded()];
  }

  /** Records the beginning of an attempt. @returns a function to be called when it has ended, successfully or not */
  asking(owner: string): () => void {
    const attempt = { since: performance.now() };
    this.attempts.set(nameKey(owner), attempt);
    return () => {
      if (this.attempts.get(nameKey(owner)) === attempt) this.attempts.delete(nameKey(owner));
    };
  }

  /** How long the owner has not answered the current attempt, in milliseconds; null if there is none. */
  askingForMs(owner: string): number | null {
    const attempt = this.attempts.get(nameKey(owner));
    return attempt === undefined ? null : performance.now() - attempt.since;
  }

  /** @param engines what the owner answered to an earlier revision */
  sent(owner: string, revision: number, engines: Record<string, EngineName>): void {
    this.byOwner.set(nameKey(owner), {
      owner,
      revision,
      state: 'pending',
      attempts: 0,
      lastError: null,
      ...NO_FAILURE,
      failedAt: null,
      engines,
    });
  }

  /**
   * @param final whether no retry follows
   * @param mayPass whether it may succeed later without a change here
   */
  failed(
    owner: string,
    revision: number,
    attempts: number,
    error: string,
    {
      final,
      mayPass,
      failure = NO_FAILURE,
    }: { final: boolean; mayPass: boolean; failure?: RequestFailure | undefined },
  ): void {
    const before = this.of(owner);
    if (before && before.revision > revision) return;
    if (mayPass) this.passing.add(nameKey(owner));
    else this.passing.delete(nameKey(owner));
    this.byOwner.set(nameKey(owner), {
      owner,
      revision,
      state: final ? 'dead' : 'retrying',
      attempts,
      lastError: error,
      ...failure,
      failedAt: Date.now(),
      engines: before?.engines ?? {},
    });
  }

  deployed(owner: string, revision: number, attempts: number, engines: Record<string, EngineName>): void {
    const before = this.of(owner);
    if (before && before.revision > revision) return;
    this.byOwner.set(nameKey(owner), {
      owner,
      revision,
      state: 'deployed',
      attempts,
      lastError: null,
      ...NO_FAILURE,
      failedAt: null,
      engines,
    });
  }

  ended(owner: string): void {
    this.byOwner.delete(nameKey(owner));
  }
}
