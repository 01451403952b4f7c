import { Injectable, Optional } from '@nestjs/common';
import { PROBLEMS } from '@nestjs-spark/contracts';
import { describeError, isObject, nameKey, pause, sameName } from '@nestjs-spark/foundation/internal';
import { ModuleClient, type ModuleAnswer } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { RequestStatus } from './request-status.ts';
import { Requests } from './requests.ts';

/** Intervals, in milliseconds. */
export class OwnerProbeTimes {
  /** How often to check whether an owner that has not accepted its request answers. */
  everyMs = 5_000;
  /** The longest pause for an owner that answers but does not accept its request, or rejects the check. */
  longestMs = 180_000;
}

const TIMEOUT_MS = 5_000;

/**
 * Checks whether the owners whose request has failed answer again, and resends the request once they do: its next attempt may
 * be minutes away, and a dead letter has none. Only the owner's own answer to this module counts: an answer from a proxy, or from
 * an owner that does not accept this module's key yet, proves nothing.
 */
@Injectable()
export class OwnerProbe {
  private readonly log = logFor('Requests');
  /** Owners that answered but did not accept the request: how often, and how many checks to skip. */
  private readonly inVain = new Map<string, { times: number; looksLeft: number }>();

  constructor(
    private readonly client: ModuleClient,
    private readonly requests: Requests,
    private readonly status: RequestStatus,
    @Optional() private readonly times: OwnerProbeTimes = new OwnerProbeTimes(),
  ) {}

  /** Ends when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(this.times.everyMs, signal, { ref: false });
      if (signal.aborted) return;
      this.forgetTaken();
      await Promise.all(this.status.failing().map((owner) => this.look(owner, signal)));
    }
  }

  private forgetTaken(): void {
    for (const owner of this.inVain.keys())
      if ((this.status.of(owner)?.state ?? 'deployed') === 'deployed') this.inVain.delete(owner);
  }

  private async look(owner: string, signal: AbortSignal): Promise<void> {
    const before = this.inVain.get(nameKey(owner)) ?? { times: 0, looksLeft: 0 };
    if (before.looksLeft > 0) {
      before.looksLeft--;
      return;
    }
    const found = await this.ask(owner, signal);
    if (found === 'nobody') return void this.inVain.delete(nameKey(owner));
    // The request may have been sent or accepted in the meantime.
    if (signal.aborted || !this.status.failing().includes(owner)) return;
    // An attempt is under way, which will settle the request.
    if (this.status.askingForMs(owner) !== null) return;
    const longest = Math.round(this.times.longestMs / this.times.everyMs);
    const looksLeft = Math.min(longest, 2 ** (before.times + 1)) - 1;
    this.inVain.set(nameKey(owner), { times: before.times + 1, looksLeft });
    if (found === 'refuses') return;
    await this.requests.sendAgain(owner, `${owner} answers`);
  }

  private async ask(owner: string, signal: AbortSignal): Promise<Found> {
    try {
      const call = { module: owner, method: 'GET', path: '/spark/replication' } as const;
      return judge(owner, await this.client.call({ ...call, timeoutMs: TIMEOUT_MS, signal }));
    } catch (error) {
      this.log.debug(`${owner} cannot be asked: ${describeError(error)}`);
      return 'nobody';
    }
  }
}

/** `refuses`: the owner itself rejects this module. `nobody`: no answer, or one that is not the owner's. */
type Found = 'answers' | 'refuses' | 'nobody';

function judge(owner: string, answer: ModuleAnswer): Found {
  if (answer.kind !== 'answered' || !isObject(answer.body)) return 'nobody';
  const { status, body } = answer;
  if (status === 200)
    return typeof body.module === 'string' && sameName(body.module, owner) ? 'answers' : 'nobody';
  const isForbidden = body.type === PROBLEMS.unauthenticated.type || body.type === PROBLEMS.forbidden.type;
  return isForbidden ? 'refuses' : 'nobody';
}
