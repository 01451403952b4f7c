import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { Registry } from 'prom-client';
import { MemoryLogger, MemoryState } from '@nestjs-spark/testing';
import type { AuditEntry } from './audit-entry.ts';
import { AuditStore } from './audit-store.ts';
import { AuditTrail, type AnsweredRequest } from './audit-trail.ts';

const DEPLOYED: AnsweredRequest = {
  who: 'HR',
  method: 'POST',
  path: '/spark/etl/deploy',
  status: 200,
  reason: null,
};
const NOBODY = { who: null, reason: null };
const REFUSED = { status: 403, method: 'POST', path: '/spark/etl/deploy', claimed: 'Sales' } as const;

let state: MemoryState;
let store: AuditStore;
let log: MemoryLogger;
let metrics: Registry;
let heard: (number | null)[];
let trail: AuditTrail;

beforeEach(() => {
  state = new MemoryState();
  store = new AuditStore(state, { most: 10, betweenTrims: 3 });
  log = new MemoryLogger();
  metrics = new Registry();
  heard = [];
  const refusals = { record: () => heard.shift() ?? null };
  trail = new AuditTrail({ own: 'Fleet', audit: store, refusals, metrics, log });
});

const entries = async () => {
  await trail.settled();
  return (await store.newest(0, 100)).entries;
};

describe('the audit trail', () => {
  it('has who asked for what, what was decided, and why', async () => {
    heard = [0];
    trail.answered(DEPLOYED);
    trail.answered({
      ...DEPLOYED,
      who: 'operator',
      path: '/spark/x',
      status: 409,
      reason: 'an older revision',
    });
    trail.refused(REFUSED, { who: 'Sales', reason: 'The token is not that of HR.' });
    expect(await entries()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ who: 'HR', path: '/spark/etl/deploy', decision: 'allowed', status: 200 }),
        expect.objectContaining({ who: 'operator', decision: 'failed', reason: 'an older revision' }),
        expect.objectContaining({
          who: 'Sales',
          claimed: 'Sales',
          decision: 'refused',
          status: 403,
          reason: 'The token is not that of HR.',
        }),
      ]),
    );
    expect(log.said('log')).toEqual([
      'HR asked for POST /spark/etl/deploy: 200',
      'operator asked for POST /spark/x: 409 (an older revision)',
    ]);
  });

  it('counts every decision, and keeps one of many alike with their number', async () => {
    heard = [0, null, null, 2];
    for (let times = 0; times < 4; times++) {
      trail.refused(REFUSED, NOBODY);
      trail.answered(DEPLOYED);
    }
    expect((await entries()).map(({ decision, repeated }: AuditEntry) => [decision, repeated])).toEqual(
      expect.arrayContaining([
        ['refused', 0],
        ['refused', 2],
        ['allowed', 0],
      ]),
    );
    expect(await entries()).toHaveLength(3);
    const counted = await metrics.getSingleMetricAsString('spark_requests_decided_total');
    expect(counted).toContain('{decision="refused"} 4');
    expect(counted).toContain('{decision="allowed"} 4');
  });

  it('counts together with that of another identity in the same application', async () => {
    const other = new AuditTrail({ own: 'Depot', audit: store, refusals: null, metrics, log });
    for (const one of [trail, other]) one.answered(DEPLOYED);
    expect(await metrics.getSingleMetricAsString('spark_requests_decided_total')).toContain(
      '{decision="allowed"} 2',
    );
  });

  it('has a refusal once, and nothing that the module asks itself', async () => {
    trail.answered({ ...DEPLOYED, status: 403 });
    trail.answered({ ...DEPLOYED, who: 'fleet', path: '/spark/self-check' });
    expect(await entries()).toEqual([]);
  });

  it('keeps a bounded number, the newest', async () => {
    for (let n = 0; n < 40; n++) {
      await store.add({
        at: new Date(1_000 * n).toISOString(),
        who: 'HR',
        claimed: 'HR',
        method: 'POST',
        path: `/${n}`,
        decision: 'allowed',
        status: 200,
        reason: null,
        repeated: 0,
      });
    }
    const kept = (await store.newest(0, 100)).entries;
    expect(kept.length).toBeLessThanOrEqual(12);
    expect(kept[0]?.path).toBe('/39');
  });

  it('bounds what a stranger can put into it, and ignores documents that are not entries', async () => {
    heard = [0];
    trail.refused({ ...REFUSED, claimed: 'x'.repeat(5_000), path: `/${'y'.repeat(5_000)}` }, NOBODY);
    await trail.settled();
    await state.write('sparkAudit/1', 'SparkAudit', { at: 5 }, null);
    const [entry, ...more] = await entries();
    expect(more).toEqual([]);
    expect(JSON.stringify(entry).length).toBeLessThan(1_500);
  });

  it('does not hold up requests while the store is away', async () => {
    state.away = true;
    trail.answered(DEPLOYED);
    await trail.settled();
    expect(log.said('log')).toHaveLength(1);
    state.away = false;
    expect(await entries()).toEqual([]);
  });

  it('remembers why a request failed until it is answered', () => {
    const request = {} as IncomingMessage;
    expect(trail.reasonOf(request)).toBeNull();
    trail.explain(request, 'because');
    expect(trail.reasonOf(request)).toBe('because');
  });
});
