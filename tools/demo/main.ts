import type { RunningServers } from '@nestjs-spark/servers';
import { type App, complain } from '../apps/app.ts';
import { onlyOne } from '../apps/only-one.ts';
import { stopSignal } from '../apps/stop-signal.ts';
import { readArguments } from '../arguments.ts';
import { invitation } from './invitation.ts';
import { keepUp } from './keep-up.ts';
import { Narrator } from './narrate.ts';
import { type Apps, startApps } from './start-apps.ts';
import { startGround } from './start-servers.ts';
import { tellStory } from './story.ts';

const HELP = `Shows the main job: servers up, Fleet and HR up, cars made in Fleet seen arriving in HR.
  npm start              stays until Ctrl-C
  npm start -- --once    ends on its own, with exit code 0 when everything arrived
SPARK_STORE=ravendb or sqlite:FOLDER takes that store; otherwise it is RavenDB, or the embedded one where none is available.`;

const { once = false } = readArguments({ help: HELP, options: { once: { type: 'boolean' } } }).values;

const narrator = new Narrator();
const asked = stopSignal();
const stopping = new AbortController();
const stopAsked = new Promise((done) => asked.addEventListener('abort', done));

const servers: RunningServers[] = [];
let apps: Apps | undefined;
try {
  const told = tell();
  // Whatever still waits when everything is stopped below is bound to fail, and says nothing.
  told.catch(() => undefined);
  await Promise.race([told, stopAsked]);
} catch (error) {
  process.exitCode = 1;
  complain(error, appsOf(apps));
} finally {
  stopping.abort();
  if (asked.aborted) narrator.plain('\nStopping');
  await Promise.all(appsOf(apps).map((app) => app.process.stop()));
  await Promise.all(servers.map((started) => started.stop()));
}
process.exit();

async function tell(): Promise<void> {
  await onlyOne('npm start');
  narrator.title("Spark for NestJS: Fleet's cars, live in HR");
  apps = await startApps(await startGround(narrator, (started) => servers.push(started)), narrator, once);
  for (const app of appsOf(apps)) {
    narrator.say('Apps', `${app.name.padEnd(8)} ${app.url}   log: ${app.process.logFile}`);
  }
  narrator.say('Apps', 'they start, which takes some seconds');
  const car = await tellStory(apps, narrator);
  if (once) return narrator.plain('\nEverything arrived.');
  narrator.plain(invitation(apps, car.id));
  // One that ends is no end of the demonstration: that the others go on is what Spark is about.
  const say = (label: string, text: string) => narrator.say(label, text);
  await Promise.all(appsOf(apps).map((app) => keepUp(app, say, stopping.signal)));
}

function appsOf(started: Apps | undefined): App[] {
  if (!started) return [];
  const { fleet, hr, console: page } = started;
  return [fleet, hr, ...(page ? [page] : [])];
}
