import { describe, expect, it } from '@jest/globals';
import { NO_FAILURE } from '../../request/request-failure.ts';
import type { OwnerRequestStatus, RequestState } from '../../request/request-status.ts';
import { applyReport, declaredCars } from '../fixtures/requester.ts';
import { judgeIncoming, type IncomingFacts } from './judge-incoming.ts';

const request = (state: RequestState, lastError: string | null = null): OwnerRequestStatus => ({
  owner: 'Fleet',
  revision: 1,
  state,
  attempts: lastError === null ? 0 : 2,
  lastError,
  ...NO_FAILURE,
  failedAt: null,
  engines: {},
});
const FIRST = applyReport({ complete: false, incompleteBecause: 'the owner has not sent anything yet' });
const AWAY = 'Fleet cannot be reached: ECONNREFUSED';

it.each<[string, Partial<IncomingFacts>, string | null]>([
  ['the owner was not asked', { request: null, report: null }, 'the owner has not been asked yet'],
  [
    'the owner was not asked, and there is no report yet',
    { request: null },
    'the owner has not sent anything yet',
  ],
  [
    'the request is on its way to the bus',
    { request: request('pending') },
    'the owner has not sent anything yet',
  ],
  [
    'the owner is asked',
    { request: request('pending'), askingForMs: 4_999 },
    'the owner has not sent anything yet',
  ],
  [
    'the owner does not answer',
    { request: request('pending'), askingForMs: 5_000 },
    'Fleet (http://fleet:5001) has not answered the request for copies for 5 s: check that it answers there',
  ],
  [
    'the owner has not answered for long, before anything else is known',
    { request: request('pending'), askingForMs: 29_600, report: null },
    'Fleet (http://fleet:5001) has not answered the request for copies for 30 s: check that it answers there',
  ],
  [
    'the owner’s address is unknown',
    { request: request('pending'), askingForMs: 12_000, ownerAddress: null },
    'Fleet has not answered the request for copies for 12 s: check that it answers there',
  ],
  [
    'an attempt has failed',
    { request: request('retrying', AWAY) },
    `the deployment is being retried (2 attempts so far): ${AWAY}`,
  ],
  [
    'an attempt has failed, and the next one is not answered',
    { request: request('retrying', AWAY), askingForMs: 20_000 },
    `the deployment is being retried (2 attempts so far): ${AWAY}`,
  ],
  ['all have failed', { request: request('dead', AWAY) }, `the deployment failed after 2 attempts: ${AWAY}`],
  [
    'the owner has accepted it, and is asked again',
    { request: request('deployed'), askingForMs: 20_000 },
    'the owner has not sent anything yet',
  ],
  [
    'the copy is complete, whatever happens to the request',
    { request: request('pending'), askingForMs: 20_000, report: applyReport() },
    null,
  ],
  [
    'the copy is complete, and the request is a dead letter',
    { request: request('dead', AWAY), report: applyReport() },
    null,
  ],
])('What a copy lacks when %s', (_what, facts, because) => {
  const told = judgeIncoming({
    declared: declaredCars,
    report: FIRST,
    request: null,
    askingForMs: null,
    owner: null,
    ownerAddress: 'http://fleet:5001',
    now: 0,
    ...facts,
  });
  expect(told.incompleteBecause).toBe(because);
});

describe("What is known of a copy that RavenDB's own ETL carries", () => {
  const said = (ageMs: number) =>
    judgeIncoming({
      declared: declaredCars,
      report: null,
      request: { ...request('deployed'), engines: { Cars: 'etl' } },
      askingForMs: null,
      owner: { state: 'Streaming', complete: true, position: 90, sourceEtag: 90, lastError: null, ageMs },
      ownerAddress: 'http://fleet:5001',
      now: 0,
    });

  it('is what the owner said, for a minute', () => {
    expect(said(59_999)).toMatchObject({ state: 'Streaming', complete: true, lag: 0, lastError: null });
  });

  it('is not how far it is any more where the owner has been silent for longer; the copy stays in service', () => {
    const told = said(60_000);
    expect(told).toMatchObject({
      state: 'Waiting',
      complete: true,
      position: 90,
      sourceEtag: null,
      lag: null,
    });
    expect(told.lastError).toMatch(
      /^Fleet \(http:\/\/fleet:5001\) has not said for 60 s how far its ETL is: check that/,
    );
  });
});
