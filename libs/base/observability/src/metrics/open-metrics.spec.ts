import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import request from 'supertest';
import { ObservabilityModule } from '../observability.module.ts';
import { MetricsRegistry } from './metrics-registry.ts';
import { OPEN_METRICS, prefersOpenMetrics, toOpenMetrics } from './open-metrics.ts';

const PROMETHEUS =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

async function textOf(registry: Registry): Promise<string> {
  return toOpenMetrics(await registry.metrics());
}

describe('OpenMetrics', () => {
  it('names a family of counters without the suffix of its samples, and ends with its mark', async () => {
    const registry = new Registry();
    const registers = [registry];
    new Counter({ name: 'a_total', help: 'Says "a"\nand \\', labelNames: ['of'], registers }).inc({
      of: 'x"y',
    });
    new Gauge({ name: 'b_total', help: 'B', registers }).set(2);
    new Histogram({ name: 'c_seconds', help: 'C', buckets: [1], registers }).observe(0.5);
    expect((await textOf(registry)).split('\n')).toEqual([
      '# HELP a Says \\"a\\"\\nand \\\\',
      '# TYPE a counter',
      'a_total{of="x\\"y"} 1',
      '# HELP b_total B',
      '# TYPE b_total gauge',
      'b_total 2',
      '# HELP c_seconds C',
      '# TYPE c_seconds histogram',
      'c_seconds_bucket{le="1"} 1',
      'c_seconds_bucket{le="+Inf"} 1',
      'c_seconds_sum 0.5',
      'c_seconds_count 1',
      '# EOF',
      '',
    ]);
  });

  it('keeps the name of a counter without the suffix, as a value of an unknown type', async () => {
    const registry = new Registry();
    new Counter({ name: 'requests', help: 'R', registers: [registry] }).inc();
    expect(await textOf(registry)).toBe('# HELP requests R\n# TYPE requests unknown\nrequests 1\n# EOF\n');
  });

  it('has each family once: a counter beside another of its name without the suffix stays what it is called', async () => {
    const registry = new Registry();
    const registers = [registry];
    new Counter({ name: 'a_total', help: 'Says "a"', registers }).inc();
    new Gauge({ name: 'a', help: 'A', registers }).set(2);
    new Gauge({ name: 'b_created', help: 'B', registers }).set(3);
    new Counter({ name: 'b_total', help: 'B', registers }).inc();
    new Counter({ name: 'c', help: 'C', registers }).inc();
    new Counter({ name: 'c_total', help: 'C', registers }).inc();
    const text = await textOf(registry);
    expect(text.split('\n').filter((line) => !line.startsWith('# HELP'))).toEqual([
      '# TYPE a_total unknown',
      'a_total 1',
      '# TYPE a gauge',
      'a 2',
      '# TYPE b_created gauge',
      'b_created 3',
      '# TYPE b_total unknown',
      'b_total 1',
      '# TYPE c unknown',
      'c 1',
      '# TYPE c_total unknown',
      'c_total 1',
      '# EOF',
      '',
    ]);
    expect(text).toContain('# HELP a_total Says \\"a\\"\n');
  });

  it.each([
    [PROMETHEUS, true],
    ['application/openmetrics-text; version="1.0.0"', true],
    [
      'application/openmetrics-text;note="a,b;q=0\\"";version="1.0.\\0";q=0.6, text/plain;version="0.0.4";q=0.5',
      true,
    ],
    ['application/openmetrics-text;version="0.0.1"', false],
    ['text/plain;note=", application/openmetrics-text"', false],
    ['application/openmetrics-text;q=0.2, text/plain;version="0.0.4";q=0.3', false],
    ['application/openmetrics-text;q=0.500;version=1.0.0, text/plain;q=0.5', true],
    ['application/openmetrics-text;q=5', false],
    ['application/openmetrics-text;q=', false],
    ['application/openmetrics-text;version="1.0.0', false],
    ['application/openmetrics-text', true],
    ['Application/OpenMetrics-Text; version=1.0.0, */*', true],
    ['application/openmetrics-text;q=0.2, text/plain;q=0.5', false],
    ['application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5', false],
    ['application/openmetrics-text;q=0', false],
    ['application/openmetrics-text;q=x', false],
    ['text/plain', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
  ])('is for a reader with %j: %j', (accept, wanted) => {
    expect(prefersOpenMetrics(accept)).toBe(wanted);
  });
});

it('GET /metrics answers in the form that its reader prefers, and a reader of one does not change the other', async () => {
  const module = await Test.createTestingModule({ imports: [ObservabilityModule.forRoot()] }).compile();
  const app = await module.createNestApplication({ logger: false }).init();
  try {
    new Counter({ name: 'seen_total', help: 'S', registers: [app.get(MetricsRegistry).registry] }).inc();
    const ask = (accept: string) =>
      request(app.getHttpServer()).get('/metrics').set('accept', accept).expect(200);
    const before = await ask('*/*');
    const open = await ask(PROMETHEUS)
      .buffer(true)
      .parse((answer, done) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => done(null, text));
      });
    expect(open.headers).toMatchObject({ 'content-type': OPEN_METRICS });
    expect(open.body).toMatch(/^# TYPE seen counter\nseen_total 1$/m);
    expect(open.body).toMatch(/\n# EOF\n$/);
    for (const { headers, text } of [before, await ask('*/*')]) {
      expect(headers['content-type']).toBe(Registry.PROMETHEUS_CONTENT_TYPE);
      expect(text).toMatch(/^# TYPE seen_total counter\nseen_total 1$/m);
    }
  } finally {
    await app.close();
  }
});
