import { expect, it } from '@jest/globals';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { answerHealth, type HealthIndicatorAnswer } from './health-answer.ts';

const STORE: HealthIndicatorAnswer = { store: { status: 'up', detail: 'answers' } };
const NATS: HealthIndicatorAnswer = { nats: { status: 'down', detail: 'nobody answers' } };

it.each([[[]], [[STORE]], [[STORE, NATS]]])('answers as terminus does: %j', async (found) => {
  const module = await Test.createTestingModule({
    imports: [TerminusModule.forRoot({ logger: false })],
  }).compile();
  const terminus = await module
    .get(HealthCheckService)
    .check(found.map((one) => () => one))
    .catch((error: { getResponse(): unknown }) => error.getResponse());
  expect(answerHealth(found)).toEqual(terminus);
});
