import { expect, it } from '@jest/globals';
import { firstValueFrom, toArray } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';
import { sendEvents } from './send-events.ts';

it('lets a reader resume after the last change that it read, even when it read progress since', async () => {
  const event = (sequence: number | null, type: string) => ({ sequence, type, data: {} }) as JobEvent;
  async function* feed(): AsyncGenerator<JobEvent> {
    yield event(null, 'job.progress');
    yield event(7, 'job.running');
    yield event(null, 'job.progress');
  }
  const sent = await firstValueFrom(sendEvents([feed]).pipe(toArray()));
  expect(sent.map(({ id, type }) => [id, type])).toEqual([
    ['', 'job.progress'],
    ['7', 'job.running'],
    ['7', 'job.progress'],
  ]);
});
