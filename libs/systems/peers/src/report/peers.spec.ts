import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { Peers, type PeersParts } from './peers.ts';
import { PeersReadyGuard } from './ready-guard.ts';

const HOUR_MS = 3_600_000;

function complete(clockMs: number | null, clockShiftMs = 0): Peers {
  const state = { isReady: true, reason: null, log: 'connected', clockMs };
  return new Peers({
    settings: { clockShiftMs },
    node: { state, look: async () => state },
  } as unknown as PeersParts);
}

describe('A complete replica', () => {
  it.each<[string, number | null, number]>([
    ['whose clock is right', 20, 0],
    ['whose clock is hours off', -23 * HOUR_MS, 0],
    ['that does not know how far its clock is off', null, 90 * HOUR_MS],
  ])('is ready, also one %s', async (_, clockMs, shiftMs) => {
    const peers = complete(clockMs, shiftMs);
    expect(peers.isReady).toBe(true);
    expect(await new PeersReadyGuard(peers).canActivate({} as ExecutionContext)).toBe(true);
  });

  it.each<[string, number, number]>([
    ['clock', -25 * HOUR_MS, 0],
    ['shifted clock', 0, 25 * HOUR_MS],
  ])('is not ready anywhere with a %s that is more than a day off', async (_, clockMs, shiftMs) => {
    const peers = complete(clockMs, shiftMs);
    expect(peers.isReady).toBe(false);
    expect(await peers.readiness()).toEqual({ ready: false, reason: 'the clock is 25 hours off' });
    const refusal = await new PeersReadyGuard(peers)
      .canActivate({} as ExecutionContext)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProblemError);
    expect(refusal).toMatchObject({ status: 503 });
  });
});
