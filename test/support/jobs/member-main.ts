import { setTimeout as wait } from 'node:timers/promises';
import { engineOnNats } from './engine-on-nats.ts';

// A process that takes part in jobs: a worker says when each run begins and ends, a service submits jobs under keys of their own.
const {
  NATS_URL: natsUrl = '',
  JOBS_STREAM: stream = '',
  JOBS_ROOT: root = '',
  JOBS_MEMBER: member = 'worker',
  JOBS_COUNT: count = '0',
  JOBS_EACH_MS: eachMs = '0',
  JOBS_CONCURRENCY: concurrency = '1',
} = process.env;
const place = { natsUrl, stream, root };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (member === 'worker')
  engineOnNats(place, { run: square }, 'worker', { concurrency: Number(concurrency), limits: { eight: 8 } });
else await submitAll();

async function square(input: unknown): Promise<{ square: number }> {
  const number = Number(input);
  say(`begin ${number} ${process.hrtime.bigint()}`);
  await wait(Number(eachMs));
  say(`end ${number} ${process.hrtime.bigint()}`);
  return { square: number * number };
}

/** Each under its key, until it is known to be there: begun again, it submits nothing twice. */
async function submitAll(): Promise<void> {
  const { jobs } = engineOnNats(place, { run: square }, 'api');
  for (let number = 0; number < Number(count); number++) {
    for (;;) {
      try {
        await jobs.submit({
          name: 'square',
          transformation: { kind: 'handler', handler: 'spec' },
          input: { value: number },
          idempotencyKey: `square ${number}`,
        });
        break;
      } catch {
        await wait(100);
      }
    }
    say(`submitted ${number}`);
  }
}
