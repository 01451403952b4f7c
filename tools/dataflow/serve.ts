import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dataDir } from '@nestjs-spark/foundation';
import type { App } from '../apps/app.ts';
import { curl } from '../apps/curl.ts';
import { onlyOne } from '../apps/only-one.ts';
import { curlCredential, operatorToken } from '../apps/operator-token.ts';
import { requireNats } from '../apps/require-nats.ts';
import { requireToken } from '../apps/require-token.ts';
import { showApp, type Shown } from '../apps/show-app.ts';
import { buildAloud } from '../build.ts';
import { demand } from '../demo/http.ts';
import type { Narrator } from '../demo/narrate.ts';
import { describeCreated, describeRun, type HistoryEvent, totalsIn } from './describe-first.ts';

const COMMAND = 'npm run dataflow';
const EVERY_MS = 100;

const FIRST = {
  pipelineId: 'first',
  name: 'First',
  source: { type: 'file', path: 'people.ndjson' },
  transforms: [{ type: 'filter', condition: 'age >= 18' }],
  // Otherwise, a NATS that has lost its data would leave files in the way.
  sink: { type: 'file', path: 'adults', overwrite: true },
};
const PEOPLE = '{"id":1,"age":17}\n{"id":2,"age":40}\n';

/** Starts the Dataflow app, shows a first pipeline, and keeps it running until Ctrl-C or, with `once`, until that is read. */
export async function serveDataflow(once: boolean): Promise<void> {
  await buildAloud();
  const { NATS_URL: nats } = process.env;
  await showApp({
    name: 'Dataflow',
    command: COMMAND,
    title: 'a pipeline',
    port: 5005,
    once,
    // Without NATS, pipelines are kept in files that only one process can use.
    check: () => (nats ? requireNats(nats, 'pipelines are then kept in files') : onlyOne(COMMAND)),
    show,
  });
}

async function show({ url }: App, narrator: Narrator): Promise<Shown> {
  const { NATS_URL: nats } = process.env;
  const folder = process.env['SPARK_PIPELINES_DIR'] || join(dataDir(process.env), 'pipelines');
  const files = process.env['SPARK_PIPELINES_FILES'] || join(folder, 'files');
  const token = await operatorToken();
  narrator.say('Store', nats ? `JetStream at ${nats}` : `files in ${folder}, for this process alone`);
  narrator.say('Files', `${files} is the only folder in which definitions can name files`);
  if (token === undefined)
    narrator.say(
      'Token',
      `the operator's is in ${join(folder, 'operator-token')}, to be sent as Authorization: Bearer`,
    );
  await requireToken('Dataflow', `${url}/api/pipelines`);
  const people = join(files, FIRST.source.path);
  mkdirSync(files, { recursive: true });
  // Keeps people that somebody has added.
  if (!existsSync(people)) writeFileSync(people, PEOPLE);
  const first = `${url}/api/pipelines/${FIRST.pipelineId}`;
  const { status, body } = await demand(first, 'PUT', FIRST, token);
  const before = totalsIn(await historyOf(first, token));
  narrator.say('Pipeline', describeCreated(FIRST, status === 201, before));
  if (!isRunning(body)) await demand(`${first}/start`, 'POST', {}, token);
  const state = await ended(first, token);
  const after = totalsIn(await historyOf(first, token));
  narrator.say('Pipeline', describeRun(state, before, after, FIRST.source.path));
  if (state !== 'Completed') throw new Error(`The first pipeline is ${state}`);
  narrator.say('Pipeline', `its files are in ${join(files, FIRST.sink.path)}`);
  const authorization = await curlCredential();
  const invitation = `
Try it yourself. Add a person and start the pipeline again, which reads only what is new:

  echo '{"id":3,"age":30}' >>'${people}'
  ${curl(`-X POST ${first}/start${authorization}`)}
  ${curl(`${first}${authorization}`)}

Create it again, which changes nothing:

  ${curl(`-X PUT ${first}${authorization} -H 'content-type: application/json' -d '${JSON.stringify(FIRST)}'`)}`;
  return { outcome: 'The pipeline has completed.', invitation };
}

const stateOf = (view: unknown): string => (view as { state: string }).state;
const isRunning = (view: unknown): boolean => stateOf(view) === 'Running';

async function ended(pipeline: string, token: string | undefined): Promise<string> {
  for (;;) {
    const { body } = await demand(pipeline, 'GET', undefined, token);
    if (!isRunning(body)) return stateOf(body);
    await pause(EVERY_MS);
  }
}

async function historyOf(pipeline: string, token: string | undefined): Promise<HistoryEvent[]> {
  const history: HistoryEvent[] = [];
  for (;;) {
    const after = history.at(-1)?.sequence ?? 0;
    const { body } = await demand(`${pipeline}/history?after=${after}`, 'GET', undefined, token);
    const page = body as HistoryEvent[];
    if (page.length === 0) return history;
    history.push(...page);
  }
}
