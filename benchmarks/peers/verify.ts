import { setTimeout as delay } from 'node:timers/promises';
import type { VerifiedTask, VerifyOptions, VerifyReport } from '@nestjs-spark/replication';
import type { BenchApp } from '../support/app.ts';

/** Apps that the benchmark starts take it from its environment. */
export const OPERATOR_TOKEN = 'operators-of-the-benchmarks-only';
// A look reads the record: more of them would be measured, too.
const LOOK_EVERY_MS = 100;

/** Has HR's copies of Fleet's cars compared. */
export async function verifyCopies(
  hr: BenchApp,
  options: VerifyOptions,
): Promise<{ seconds: number; task: VerifiedTask }> {
  const began = performance.now();
  let report = await ask(hr, { method: 'POST', body: JSON.stringify(options) });
  while (report.state !== 'done') {
    await delay(LOOK_EVERY_MS);
    report = await ask(hr, {});
  }
  const [task] = report.tasks;
  if (!task) throw new Error('no task was compared');
  return { seconds: (performance.now() - began) / 1_000, task };
}

async function ask(hr: BenchApp, init: RequestInit): Promise<VerifyReport> {
  const answer = await fetch(`${hr.url}/spark/replication/Fleet/Cars/verify`, {
    ...init,
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`verify answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as VerifyReport;
}
