import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { MetricsRegistry } from '../metrics/metrics-registry.ts';
import { Refusals } from './refusals.ts';

describe('A request that is refused because of who asks', () => {
  let metrics: MetricsRegistry;
  let refusals: Refusals;
  let said: string[];

  beforeEach(() => {
    metrics = new MetricsRegistry();
    refusals = new Refusals(metrics);
    said = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: unknown) => void said.push(String(text)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    metrics.onApplicationShutdown();
  });

  const refuse = (status: 401 | 403, claimed: string | null): number | null =>
    refusals.record({ status, method: 'POST', path: '/spark/etl/deploy', claimed });

  it('is counted each time and said once, whatever names are made up', async () => {
    for (let n = 0; n < 50; n++) refuse(401, `Module${n}`);
    refuse(403, 'HR');
    refuse(403, 'Sales');
    const text = await metrics.registry.getSingleMetricAsString('spark_requests_refused_total');
    expect(text).toContain('spark_requests_refused_total{status="401"} 50');
    expect(text).toContain('spark_requests_refused_total{status="403"} 2');
    expect(said).toEqual([
      'Refused POST "/spark/etl/deploy" with 401: the caller claims to be "Module0"',
      'Refused POST "/spark/etl/deploy" with 403: the caller is "HR"',
      'Refused POST "/spark/etl/deploy" with 403: the caller is "Sales"',
    ]);
  });

  it('may name no module, such as one with an unknown operator token', () => {
    refuse(401, null);
    expect(said).toEqual(['Refused POST "/spark/etl/deploy" with 401: the request names no module']);
  });

  it('cannot write lines of its own into the log', () => {
    refuse(401, `HR"\r\n[Nest] LOG Pinned the key \u001b[31m${'x'.repeat(500)}`);
    for (const control of ['\r', '\n', '\u001b']) expect(said[0]).not.toContain(control);
    expect(said[0]).toContain(String.raw`"HR\"\r\n[Nest]`);
    expect(said[0]?.length).toBeLessThan(250);
  });
});
