import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { type App, builtApp, complain, endOf, inherited, logFileOf } from '../apps/app.ts';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';
import { onlyOne } from '../apps/only-one.ts';
import { curlCredential, operatorToken } from '../apps/operator-token.ts';
import { requireToken } from '../apps/require-token.ts';
import { stopSignal } from '../apps/stop-signal.ts';
import { demand } from '../demo/http.ts';
import { waitReady } from '../demo/ready.ts';

const FIRST = {
  pipelineId: 'first',
  name: 'First',
  source: { type: 'file', path: 'people.ndjson' },
  transforms: [{ type: 'filter', condition: 'age >= 18' }],
  sink: { type: 'file', path: 'adults' },
};
const PEOPLE = '{"id":1,"age":17}\n{"id":2,"age":40}\n';

/** Starts the Dataflow app, shows a first pipeline, and keeps it running until Ctrl-C or, with `once`, until that is read. */
export async function serveDataflow(once: boolean): Promise<void> {
  execFileSync(process.execPath, [join(import.meta.dirname, '..', 'build.ts')], { stdio: 'inherit' });
  // Without NATS, pipelines are kept in files that only one process can use.
  if (!process.env['NATS_URL']) await refuseSecond();
  const asked = stopSignal();
  const stopAsked = new Promise((done) => asked.addEventListener('abort', done));
  const port = await freePort(Number(process.env['PORT'] || 5005));
  const url = `http://127.0.0.1:${port}`;
  const app: App = {
    name: 'Dataflow',
    url,
    process: new AppProcess({
      name: 'Dataflow',
      main: builtApp('dataflow', 'npm run dataflow'),
      logFile: logFileOf('dataflow'),
      env: { ...inherited(), PORT: String(port), NO_COLOR: '1' },
    }),
  };
  console.log('Starting the Dataflow app; this takes a few seconds');
  app.process.start();
  try {
    const shown = show(app, once, asked);
    shown.catch(() => undefined);
    await Promise.race([shown, stopAsked]);
  } catch (error) {
    process.exitCode = 1;
    complain(error, [app]);
  } finally {
    if (asked.aborted) console.log('\nStopping the Dataflow app …');
    await app.process.stop();
    if (asked.aborted) console.log('Stopped.');
  }
  process.exit();
}

async function refuseSecond(): Promise<void> {
  await onlyOne('npm run dataflow').catch((error: unknown) => {
    complain(error, []);
    process.exit(1);
  });
}

async function show(app: App, once: boolean, asked: AbortSignal): Promise<void> {
  const { url } = app;
  await waitReady(app, { signal: asked });
  const { NATS_URL: nats } = process.env;
  const token = await operatorToken();
  const folder = process.env['SPARK_PIPELINES_DIR'] || join(dataDir(process.env), 'pipelines');
  const files = process.env['SPARK_PIPELINES_FILES'] || join(folder, 'files');
  console.log(`Dataflow   ${url}   log: ${app.process.logFile}`);
  console.log(`OpenAPI    ${url}/api`);
  console.log(`Pipelines  ${nats ? `in JetStream at ${nats}` : `in ${folder}, this process alone`}`);
  console.log(`Files      ${files}   the only folder that definitions can name files in`);
  if (!token)
    console.log(
      `Token      ${join(folder, 'operator-token')}   the operator token, for the Authorization header`,
    );
  await requireToken('Dataflow', `${url}/api/pipelines`);
  const authorization = await curlCredential();
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, 'people.ndjson'), PEOPLE);
  await demand(`${url}/api/pipelines/first`, 'PUT', FIRST, token);
  await demand(`${url}/api/pipelines/first/start`, 'POST', {}, token);
  const { state, progress } = await ended(url, token);
  console.log(`
A first pipeline was created and started: ${FIRST.pipelineId}
${state}: read ${progress.read}, written ${progress.written}; files in ${join(files, 'adults')}

Try it yourself. These commands show it, create it again (which changes nothing) and start it again:

  curl -s -w '\\n' ${url}/api/pipelines/first${authorization}
  curl -s -w '\\n' -X PUT ${url}/api/pipelines/first${authorization} -H 'content-type: application/json' -d '${JSON.stringify(FIRST)}'
  curl -s -w '\\n' -X POST ${url}/api/pipelines/first/start${authorization}`);
  if (state !== 'Completed') throw new Error(`The first pipeline is ${state}`);
  if (once) return;
  console.log('\nRunning until Ctrl-C.');
  await endOf(app);
}

async function ended(url: string, token: string | undefined) {
  for (;;) {
    const { body } = await demand(`${url}/api/pipelines/first`, 'GET', undefined, token);
    const view = body as { state: string; progress: { read: number; written: number } };
    if (view.state !== 'Running') return view;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
