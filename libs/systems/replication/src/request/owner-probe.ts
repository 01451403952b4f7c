import { Injectable, Optional } from '@nestjs/common';
import { PROBLEMS } from '@nestjs-spark/contracts';
import { describeError, isObject, nameKey, pause, sameName } from '@nestjs-spark/foundation/internal';
import { ModuleClient, type ModuleAnswer } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { RequestStatus } from './request-status.ts';
import { Requests } from './requests.ts';

/** How often, in milliseconds. */
export class OwnerProbeTimes {
  /** How often an owner that has not taken its request is asked whether it answers. */
  everyMs = 5_000;
  /** How long, at most, an owner is left alone that answers and does not take its request, or does not let this module ask. */
  longestMs = 180_000;
}

const TIMEOUT_MS = 5_000;

/**
 * Asks the owners whose request has failed whether they answer by now, and sends the request again once they do: its next
 * attempt may be minutes away, and what became a dead letter has none. An answer counts only when it is the owner's own, to
 * this module: what a proxy says, or an owner that does not accept this module's key yet, shows nothing.
 */
@Injectable()
export class OwnerProbe {
  private readonly log = logFor('Requests');
  /** Owners that answered in vain: how often, and how many looks they are left alone for. */
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
    // It may have been sent, or taken, while the owner was asked.
    if (signal.aborted || !this.status.failing().includes(owner)) return;
    // An attempt is under way: it says what became of the request.
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

/** `refuses`: the owner itself does not let this module ask. `nobody`: nothing that is the owner's word. */
type Found = 'answers' | 'refuses' | 'nobody';

function judge(owner: string, answer: ModuleAnswer): Found {
  if (answer.kind !== 'answered' || !isObject(answer.body)) return 'nobody';
  const { status, body } = answer;
  if (status === 200)
    return typeof body.module === 'string' && sameName(body.module, owner) ? 'answers' : 'nobody';
  const isForbidden = body.type === PROBLEMS.unauthenticated.type || body.type === PROBLEMS.forbidden.type;
  return isForbidden ? 'refuses' : 'nobody';
}
