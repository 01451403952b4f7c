import type { VerifyOptions, VerifyReport, VerifiedTask } from '@nestjs-spark/replication';
import type { Member } from './member.ts';

const ROUTE = '/spark/replication/Fleet/Cars/verify';

/** Has HR's copies of Fleet's cars compared, and answers at once. */
export async function startVerify(hr: Member, body: VerifyOptions = {}): Promise<VerifyReport> {
  const answer = await hr.operate<VerifyReport>(ROUTE, { method: 'POST', body });
  if (answer.status !== 202)
    throw new Error(`verify answers ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export async function reportOf(hr: Member): Promise<VerifyReport> {
  return (await hr.operate<VerifyReport>(ROUTE)).body;
}

/** Waits until the comparison that is under way is done, and answers what it came to. */
export async function verified(hr: Member): Promise<VerifiedTask> {
  const report = await hr.until('done with comparing', async () => {
    const now = await reportOf(hr);
    if (now.state !== 'done') throw new Error(JSON.stringify(now).slice(0, 1_000));
    return now;
  });
  const [task] = report.tasks;
  if (!task) throw new Error('no task was compared');
  return task;
}

export async function verify(hr: Member, body: VerifyOptions = {}): Promise<VerifiedTask> {
  await startVerify(hr, body);
  return verified(hr);
}
