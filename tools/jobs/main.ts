import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';
import { starterGone } from '../apps/starter-gone.ts';

const HELP = `Starts the Jobs app, shows a first job, and keeps running.
  npm run jobs              runs until Ctrl-C
  npm run jobs -- --once    ends when the first job has ended, with exit code 0 if it has succeeded
Without NATS_URL jobs are kept in memory and end with the process; with it they are kept in JetStream.`;

const root = join(import.meta.dirname, '../..');
const JOB = {
  name: 'order totals',
  transformation: {
    kind: 'script',
    collection: 'Orders',
    script: 'loadToTotals({ Total: this.Price * this.Count });',
  },
  input: { documents: [{ id: 'orders/1', document: { Price: 4, Count: 3 } }] },
};

if (process.argv.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}
const asked = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
starterGone(asked.signal).then(
  () => asked.abort(),
  () => undefined,
);

const main = join(root, 'dist/apps/jobs/main.js');
if (!existsSync(main))
  throw new Error(`${main} does not exist. Run \`npm run build\` first, or \`npm run jobs\`.`);
const port = await freePort(Number(process.env['PORT'] || 5004));
const url = `http://127.0.0.1:${port}`;
const app = new AppProcess({
  name: 'Jobs',
  main,
  logFile: join(resolve(root, dataDir(process.env)), 'logs', 'jobs.log'),
  env: { ...inherited(), PORT: String(port), NO_COLOR: '1' },
});
app.start();
try {
  await whenReady();
  console.log(`Jobs       ${url}   log: ${app.logFile}`);
  console.log(`OpenAPI    ${url}/api`);
  console.log(
    `Store      ${process.env['NATS_URL'] ? `JetStream at ${process.env['NATS_URL']}` : 'memory: jobs end with this process'}`,
  );
  await showFirstJob();
  if (!process.argv.includes('--once')) await stay();
} catch (error) {
  process.exitCode = 1;
  console.error(`Failed: ${error instanceof Error ? error.message : String(error)}\n${app.logTail(15)}`);
} finally {
  await app.stop();
}
process.exit();

async function whenReady(): Promise<void> {
  for (;;) {
    if (app.ended !== undefined) throw new Error(`Jobs has ended with ${app.ended}`);
    const isReady = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    asked.signal.throwIfAborted();
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function showFirstJob(): Promise<void> {
  const body = JSON.stringify(JOB);
  console.log(`\nA first job:\n  curl -s ${url}/api/jobs -H 'content-type: application/json' -d '${body}'`);
  const token = process.env['SPARK_OPERATOR_TOKEN'];
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const submitted = await fetch(`${url}/api/jobs`, { method: 'POST', headers, body });
  const { jobId } = (await submitted.json()) as { jobId: string };
  const ended = await fetch(`${url}/api/jobs/${jobId}?waitMs=30000`, { headers });
  const { status } = (await ended.json()) as { status: string };
  const result = await fetch(`${url}/api/jobs/${jobId}/result`, { headers });
  console.log(`\nIts result:\n  curl -s ${url}/api/jobs/${jobId}/result`);
  console.log(`\n${status}: ${(await result.text()).trim()}`);
  if (status !== 'Succeeded') throw new Error('The first job has not succeeded');
}

async function stay(): Promise<void> {
  console.log('\nRunning until Ctrl-C.');
  const stopped = new Promise((done) => asked.signal.addEventListener('abort', done));
  const ended = app.end().then(() => {
    throw new Error(`Jobs has ended with ${app.ended}`);
  });
  await Promise.race([stopped, ended]);
}

/** npm's own variables would only fill the log of whoever looks at the process. */
function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}
