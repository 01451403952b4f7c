import { JetStreamConnection } from '@nestjs-spark/jetstream';
import {
  JetStreamJobStore,
  JobsEngine,
  resolveJobsSettings,
  type JobHandler,
  type SparkJobsOptions,
} from '@nestjs-spark/jobs/internal';
import { Registry } from 'prom-client';

/** Where jobs are, and how soon a silent worker's job goes to another. */
export interface JobsPlace {
  natsUrl: string;
  stream: string;
  root: string;
}

/** Long enough for a busy machine, short enough for a test. */
const ACK_WAIT_MS = 2_000;

type Role = 'all' | 'api' | 'worker';

const QUIET = { log: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

/** An engine of jobs over JetStream with one handler, `spec`, and a connection of its own. */
export function engineOnNats(
  { natsUrl, stream, root }: JobsPlace,
  handler: JobHandler,
  role: Role,
  more: SparkJobsOptions = {},
) {
  const connection = new JetStreamConnection({ url: natsUrl, name: 'spec', log: QUIET });
  const { jobs, metrics, stop: stopEngine } = engineOver(connection, handler, role, { stream, root }, more);
  const stop = async (): Promise<void> => {
    await stopEngine();
    await connection.close();
  };
  return { jobs, connection, metrics, stop };
}

/** Removes everything that jobs keep in JetStream at a place. */
export async function removeJobs(connection: JetStreamConnection, { stream }: JobsPlace): Promise<void> {
  await connection.use(async ({ jsm }) => {
    for (const name of [stream, `KV_${stream}_CACHE`, `OBJ_${stream}_DATA`])
      await jsm.streams.delete(name).catch(() => false);
  });
}

/** An engine of jobs over a connection that is there; without a place, where jobs usually are. */
export function engineOver(
  connection: JetStreamConnection,
  handler: JobHandler,
  role: Role,
  place: Partial<Omit<JobsPlace, 'natsUrl'>> = {},
  more: SparkJobsOptions = {},
) {
  const settings = resolveJobsSettings(
    { store: 'jetstream', role, concurrency: 1, limits: { few: 2 }, ...more },
    {},
  );
  const options = { connection, log: QUIET, ...place, ackWaitMs: ACK_WAIT_MS };
  const store = new JetStreamJobStore({ ...settings, ...options });
  const metrics = new Registry();
  const engine = new JobsEngine(settings, store, metrics);
  engine.handlers.add({ name: 'spec', version: 1 }, handler);
  engine.start();
  return { jobs: engine.service, metrics, stop: () => engine.stop() };
}
