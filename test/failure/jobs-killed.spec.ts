import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { isTerminal } from '@nestjs-spark/jobs';
import { engineOnNats, type JobsPlace } from '../support/jobs/engine-on-nats.ts';

const MAIN = join(import.meta.dirname, '../support/jobs/member-main.ts');
const JOBS = 1_000;
const PATIENCE_MS = 300_000;

jest.setTimeout(2 * PATIENCE_MS);

/** A process that takes part, with what it has said. */
class Member {
  readonly lines: string[] = [];
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;

  constructor(place: JobsPlace, env: Record<string, string>) {
    const { natsUrl, stream, root } = place;
    this.#env = { ...env, NATS_URL: natsUrl, JOBS_STREAM: stream, JOBS_ROOT: root };
  }

  start(): void {
    const env = { PATH: process.env['PATH'], ...this.#env };
    this.#child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    this.#child.stdout?.on('data', (part: Buffer) => {
      const lines = (rest + part.toString()).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  count(word: string): number {
    return this.lines.filter((line) => line.startsWith(word)).length;
  }
}

describeWithOwnServers(['nats'], 'Many jobs', () => {
  let nats: ServerHandle;
  let place: JobsPlace;
  let api: ReturnType<typeof engineOnNats>;
  let members: Member[];

  beforeEach(async () => {
    nats = await startNats({ temporary: true, log: () => undefined });
    place = { natsUrl: nats.url, stream: 'JOBS_SPEC', root: 'spec-jobs' };
    api = engineOnNats(place, { run: () => null }, 'api', { limits: { eight: 8 } });
    members = [];
  });
  afterEach(async () => {
    for (const member of members) member.signal('SIGKILL');
    await api.stop();
    await nats.stop();
  });

  const enter = (env: Record<string, string>): Member => {
    const member = new Member(place, env);
    member.start();
    members.push(member);
    return member;
  };

  it('each end once with their result while a service, a worker and nats-server are killed and frozen in turn', async () => {
    const workers = [1, 2, 3].map(() => enter({ JOBS_MEMBER: 'worker', JOBS_EACH_MS: '20' }));
    const service = enter({ JOBS_MEMBER: 'service', JOBS_COUNT: String(JOBS) });
    const ended = (): number => workers.reduce((sum, worker) => sum + worker.count('end'), 0);
    const [first, second] = workers;
    const disturbances: (() => void | Promise<void>)[] = [
      () => (first?.signal('SIGKILL'), first?.start()),
      () => second?.signal('SIGSTOP'),
      () => (service.signal('SIGKILL'), service.start()),
      async () => (await nats.kill9(), await nats.restart()),
      () => second?.signal('SIGCONT'),
      () => service.signal('SIGSTOP'),
      () => nats.sigstop(),
      () => nats.sigcont(),
      () => service.signal('SIGCONT'),
      () => (second?.signal('SIGKILL'), second?.start()),
    ];
    const noneLeft = async (): Promise<boolean> => {
      const left = [
        api.jobs.list({ status: 'Queued', take: 1 }),
        api.jobs.list({ status: 'Running', take: 1 }),
      ];
      return (await Promise.all(left)).every(({ items }) => items.length === 0);
    };
    for (const [index, disturb] of disturbances.entries()) {
      // A frozen server blocks everything, and a frozen service submits nothing new: then the next step does not wait for more jobs.
      const before = ended();
      const isDue = async (): Promise<boolean> =>
        ended() >= Math.min(before + 40, JOBS - 20) || index === 7 || (index > 5 && (await noneLeft()));
      await eventually(isDue, { timeoutMs: PATIENCE_MS });
      await disturb();
    }
    const jobIds = new Set<string>();
    const look = async (): Promise<boolean> => {
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = await api.jobs.list({ take: 500, ...(cursor === '' ? {} : { cursor }) });
        for (const { jobId, status } of page.items) if (isTerminal(status)) jobIds.add(jobId);
        cursor = page.cursor;
      }
      return jobIds.size >= JOBS;
    };
    await eventually(look, { timeoutMs: PATIENCE_MS, intervalMs: 1_000 });
    expect(jobIds.size).toBe(JOBS);
    const numbers = new Set<number>();
    for (const jobId of jobIds) {
      const { status, transitions, attempts } = await api.jobs.get(jobId);
      expect(status).toBe('Succeeded');
      expect(transitions.filter((one) => isTerminal(one.status))).toHaveLength(1);
      expect(attempts.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(1);
      const { square } = (await api.jobs.value(jobId)) as { square: number };
      numbers.add(Math.sqrt(square));
    }
    expect(numbers.size).toBe(JOBS);
  });

  it('with a label that is limited to 8 never run more than 8 at once, over two services and three workers', async () => {
    const other = engineOnNats(place, { run: () => null }, 'api', { limits: { eight: 8 } });
    const workers = [1, 2, 3].map(() =>
      enter({ JOBS_MEMBER: 'worker', JOBS_EACH_MS: '50', JOBS_CONCURRENCY: '6' }),
    );
    try {
      let submitted = 0;
      const submit = async (count: number): Promise<void> => {
        for (const until = submitted + count; submitted < until; submitted++)
          await (submitted % 2 === 0 ? api : other).jobs.submit({
            name: 'limited',
            labels: ['eight'],
            transformation: { kind: 'handler', handler: 'spec' },
            input: { value: submitted },
          });
        await eventually(() => workers.reduce((sum, worker) => sum + worker.count('end'), 0) === submitted, {
          timeoutMs: PATIENCE_MS,
        });
      };
      // A worker that starts slowly would otherwise find no job left.
      const deadline = Date.now() + PATIENCE_MS;
      while (!workers.every((worker) => worker.count('end') > 0) && Date.now() < deadline) await submit(12);
      await submit(150);
      expect(mostAtOnce(workers.flatMap(({ lines }) => lines))).toBeLessThanOrEqual(8);
      expect(workers.every((worker) => worker.count('end') > 0)).toBe(true);
    } finally {
      await other.stop();
    }
  });
});

/** The clock is one for all processes of a machine. */
function mostAtOnce(lines: readonly string[]): number {
  const events = lines.map((line) => {
    const [word, , at = '0'] = line.split(' ');
    return { at: BigInt(at), change: word === 'begin' ? 1 : -1 };
  });
  let now = 0;
  let most = 0;
  for (const { change } of events.toSorted((a, b) => (a.at < b.at ? -1 : 1)))
    most = Math.max(most, (now += change));
  return most;
}
