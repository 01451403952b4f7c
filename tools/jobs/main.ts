import { type App, builtApp, complain, endOf, inherited, logFileOf } from '../apps/app.ts';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';
import { curlCredential, operatorToken } from '../apps/operator-token.ts';
import { requireNats } from '../apps/require-nats.ts';
import { requireToken } from '../apps/require-token.ts';
import { stopSignal } from '../apps/stop-signal.ts';
import { readArguments } from '../arguments.ts';
import { demand } from '../demo/http.ts';
import { waitReady } from '../demo/ready.ts';

const HELP = `Starts the Jobs app, shows a first job, and keeps running.
  npm run jobs              runs until Ctrl-C
  npm run jobs -- --once    ends when the first job has ended, with exit code 0 if it has succeeded
Without NATS_URL jobs are kept in memory and end with the process; with it they are kept in JetStream.`;

const JOB = {
  name: 'order totals',
  transformation: {
    kind: 'script',
    collection: 'Orders',
    script: 'loadToTotals({ Total: this.Price * this.Count });',
  },
  input: { documents: [{ id: 'orders/1', document: { Price: 4, Count: 3 } }] },
};

const { once = false } = readArguments({ help: HELP, options: { once: { type: 'boolean' } } }).values;
const asked = stopSignal();
const stopAsked = new Promise((done) => asked.addEventListener('abort', done));

const { NATS_URL: nats } = process.env;
if (nats) {
  await requireNats(nats, 'jobs are then kept in memory').catch((error: unknown) => {
    complain(error, []);
    process.exit(1);
  });
}

const port = await freePort(Number(process.env['PORT'] || 5004));
const url = `http://127.0.0.1:${port}`;
const jobs: App = {
  name: 'Jobs',
  url,
  process: new AppProcess({
    name: 'Jobs',
    main: builtApp('jobs', 'npm run jobs'),
    logFile: logFileOf('jobs'),
    env: { ...inherited(), PORT: String(port), NO_COLOR: '1' },
  }),
};
console.log('Starting the Jobs app; this takes a few seconds');
jobs.process.start();
try {
  const shown = show();
  // Whatever is still waiting when the app is stopped below is bound to fail, which means nothing.
  shown.catch(() => undefined);
  await Promise.race([shown, stopAsked]);
} catch (error) {
  process.exitCode = 1;
  complain(error, [jobs]);
} finally {
  if (asked.aborted) console.log('\nStopping the Jobs app …');
  await jobs.process.stop();
  if (asked.aborted) console.log('Stopped.');
}
process.exit();

async function show(): Promise<void> {
  await waitReady(jobs, { signal: asked });
  console.log(`Jobs       ${url}   log: ${jobs.process.logFile}`);
  console.log(`OpenAPI    ${url}/api`);
  console.log(`Store      ${nats ? `JetStream at ${nats}` : 'memory: jobs end with this process'}`);
  await showFirstJob();
  if (once) return;
  console.log('\nRunning until Ctrl-C.');
  await endOf(jobs);
}

async function showFirstJob(): Promise<void> {
  const body = JSON.stringify(JOB);
  await requireToken('Jobs', `${url}/api/jobs`);
  const token = await operatorToken();
  const submitted = await demand(`${url}/api/jobs`, 'POST', JOB, token);
  const { jobId } = submitted.body as { jobId: string };
  const ended = await demand(`${url}/api/jobs/${jobId}?waitMs=20000`, 'GET', undefined, token);
  const { status } = ended.body as { status: string };
  if (status !== 'Succeeded') throw new Error(`The first job has not succeeded: it is ${status}`);
  const result = await demand(`${url}/api/jobs/${jobId}/result`, 'GET', undefined, token);
  const authorization = await curlCredential();
  console.log(`
A first job was submitted: ${JOB.name}
${status}: ${JSON.stringify(result.body)}

Try it yourself. These commands fetch its result and submit another job like it:

  curl -s -w '\\n' ${url}/api/jobs/${jobId}/result${authorization}
  curl -s -w '\\n' ${url}/api/jobs${authorization} -H 'content-type: application/json' -d '${body}'`);
}
