import { engineOnNats } from './engine-on-nats.ts';

// A worker whose handler ends only when it is told to by a signal, and says then that it has ended.
const { NATS_URL: natsUrl = '', JOBS_STREAM: stream = '', JOBS_ROOT: root = '' } = process.env;
engineOnNats({ natsUrl, stream, root }, { run: stay }, 'worker');

async function stay(): Promise<string> {
  process.stdout.write('running\n');
  await new Promise<void>((resolve) => process.once('SIGUSR2', () => resolve()));
  process.stdout.write('returned\n');
  return 'of the old owner';
}
