import type { App } from '../apps/app.ts';
import { curl } from '../apps/curl.ts';
import { curlCredential, operatorToken } from '../apps/operator-token.ts';
import { requireNats } from '../apps/require-nats.ts';
import { requireToken } from '../apps/require-token.ts';
import { showApp, type Shown } from '../apps/show-app.ts';
import { readArguments } from '../arguments.ts';
import { demand } from '../demo/http.ts';
import { duration, type Narrator } from '../demo/narrate.ts';

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

interface Result {
  commands: { type: string; collection?: string; fields?: object }[];
}

const { once = false } = readArguments({ help: HELP, options: { once: { type: 'boolean' } } }).values;
const { NATS_URL: nats } = process.env;

await showApp({
  name: 'Jobs',
  command: 'npm run jobs',
  title: 'a transformation job',
  port: 5004,
  once,
  check: async () => {
    if (nats) await requireNats(nats, 'jobs are then kept in memory');
  },
  show,
});

async function show({ url }: App, narrator: Narrator): Promise<Shown> {
  narrator.say('Store', nats ? `JetStream at ${nats}` : 'memory: jobs end with this process');
  await requireToken('Jobs', `${url}/api/jobs`);
  const token = await operatorToken();
  const began = performance.now();
  const submitted = await demand(`${url}/api/jobs`, 'POST', JOB, token);
  const { jobId } = submitted.body as { jobId: string };
  narrator.say('Job', `"${JOB.name}" was submitted, with the script ${JOB.transformation.script}`);
  const ended = await demand(`${url}/api/jobs/${jobId}?waitMs=20000`, 'GET', undefined, token);
  const took = performance.now() - began;
  const { status } = ended.body as { status: string };
  if (status !== 'Succeeded') throw new Error(`The first job has not succeeded: it is ${status}`);
  const { body } = await demand(`${url}/api/jobs/${jobId}/result`, 'GET', undefined, token);
  narrator.say('Job', `${status}: ${describeResult(body as Result)}, after ${duration(took)}`);
  const authorization = await curlCredential();
  const invitation = `
Try it yourself. These commands fetch the result of the job, and submit the same job again, which is answered from the cache:

  ${curl(`${url}/api/jobs/${jobId}/result${authorization}`)}
  ${curl(`${url}/api/jobs${authorization} -H 'content-type: application/json' -d '${JSON.stringify(JOB)}'`)}`;
  return { outcome: 'The job has succeeded.', invitation };
}

/** The documents that the script has made of the order. */
function describeResult({ commands }: Result): string {
  const made = commands.filter(({ type }) => type === 'put');
  return made.map(({ collection, fields }) => `${JSON.stringify(fields)} for ${collection}`).join(', ');
}
