import { JetStreamConnection } from '@nestjs-spark/jetstream';
import {
  JetStreamJobStore,
  JobsEngine,
  resolveJobsSettings,
  type JobHandler,
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

/** An engine of jobs over JetStream with one handler, `spec`. */
export function engineOnNats(place: JobsPlace, handler: JobHandler, role: 'all' | 'api' | 'worker') {
  const { natsUrl, stream, root } = place;
  const log = { log: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
  const connection = new JetStreamConnection({ url: natsUrl, name: 'spec', log });
  const settings = resolveJobsSettings({ store: 'jetstream', role, concurrency: 1, limits: { few: 2 } }, {});
  const options = { connection, log, stream, root, ackWaitMs: ACK_WAIT_MS };
  const store = new JetStreamJobStore({ ...settings, ...options });
  const metrics = new Registry();
  const engine = new JobsEngine(settings, store, metrics);
  engine.handlers.add({ name: 'spec', version: 1 }, handler);
  engine.start();
  const stop = async (): Promise<void> => {
    await engine.stop();
    await connection.close();
  };
  return { jobs: engine.service, connection, metrics, stop };
}
