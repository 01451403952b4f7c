import { afterEach, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { Test } from '@nestjs/testing';
import { ObservabilityModule } from '../observability.module.ts';

let app: INestApplication;
afterEach(() => app.close());

it('Health names the breakers that are not closed without turning red, and metrics show all of them', async () => {
  const module = await Test.createTestingModule({ imports: [ObservabilityModule.forRoot()] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const breakers = app.get(Breakers);
  const detail = async (): Promise<[number, string]> => {
    const answer = await fetch(`${url}/health/ready`);
    const { details } = (await answer.json()) as { details: { breakers: { detail: string } } };
    return [answer.status, details.breakers.detail];
  };
  expect(await detail()).toEqual([200, 'all closed']);
  breakers.show('nats', () => ({ target: 'nats', state: 'half-open', reason: 'JetStream has not answered' }));
  const breaker = breakers.of({ target: 'module:HR', isOutage: () => true, refuse: (cause) => cause });
  await breaker.run(async () => 'answer');
  expect(await detail()).toEqual([200, 'nats half-open: JetStream has not answered']);
  for (let time = 0; time < 5; time++)
    await breaker.run(() => Promise.reject(new Error('away'))).catch(() => undefined);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^spark_breaker_state\{target="nats"\} 1$/m);
  expect(metrics).toMatch(/^spark_breaker_state\{target="module:HR"\} [12]$/m);
});
