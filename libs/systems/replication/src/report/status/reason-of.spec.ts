import { describe, expect, it } from '@jest/globals';
import { NO_FAILURE } from '../../request/request-failure.ts';
import type { OwnerRequestStatus } from '../../request/request-status.ts';
import { applyReport, declaredCars } from '../fixtures/requester.ts';
import { judgeIncoming } from './judge-incoming.ts';
import { reasonOfIncoming } from './reason-of.ts';

const request = (more: Partial<OwnerRequestStatus> = {}): OwnerRequestStatus => ({
  owner: 'Fleet',
  revision: 1,
  state: 'dead',
  attempts: 1,
  lastError: 'Fleet answered 403: no',
  ...NO_FAILURE,
  failedAt: 1,
  engines: {},
  ...more,
});
const codeOf = (status: OwnerRequestStatus | null, report: Parameters<typeof applyReport>[0] | null = null) =>
  reasonOfIncoming(
    judgeIncoming({
      declared: declaredCars,
      report: report && applyReport(report),
      request: status,
      askingForMs: null,
      owner: null,
      ownerAddress: 'http://fleet:5001',
      now: Date.parse('2026-01-01T10:00:30Z'),
    }),
    status,
  );

describe('why a copy is not live', () => {
  it('is nothing when it is', () => {
    expect(codeOf(request({ state: 'deployed', lastError: null }), {})).toBeNull();
  });

  it('names the collection whose refusal holds it back', () => {
    expect(codeOf(request({ outcome: 'refused', collections: ['Cars'] }))).toMatchObject({ code: 'refused' });
    expect(codeOf(request({ outcome: 'refused', collections: ['CarBrands'] }))).toEqual({
      code: 'held-back',
      text: 'Fleet refuses CarBrands, which is part of the same request: everything in it waits.',
      owner: 'Fleet',
      collection: 'CarBrands',
    });
  });

  it('names an owner that is silent, where it was asked, since when, and what to do', () => {
    const silent = {
      state: 'Waiting' as const,
      lastError: 'nothing has been heard from Fleet for 30 s',
      ownerSilentSeconds: 30,
    };
    expect(codeOf(request({ state: 'deployed', lastError: null }), silent)).toEqual({
      code: 'waiting',
      text: expect.stringMatching(
        /^nothing has been heard from Fleet \(http:\/\/fleet:5001\) for 30 s, since 2026-01-01T10:00:00Z: check that Fleet runs/,
      ),
    });
  });

  it.each([
    [request({ outcome: 'unregistered', state: 'retrying' }), null, 'owner-unregistered'],
    [request({ outcome: 'unreachable', state: 'dead' }), null, 'owner-unreachable'],
    [request({ outcome: null, state: 'dead' }), null, 'given-up'],
    [request({ outcome: null, state: 'retrying' }), null, 'not-deployed'],
    [null, null, 'first-copy'],
    [null, { complete: false, state: 'Snapshotting' as const }, 'first-copy'],
    [null, { state: 'Faulted' as const }, 'faulted'],
    [null, { state: 'Waiting' as const }, 'waiting'],
    [null, { stalledBecause: 'the store is full' }, 'stalled'],
  ])('is one code for each cause: %#', (status, report, code) => {
    expect(codeOf(status, report)).toMatchObject({ code });
  });
});
