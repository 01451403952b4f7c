import type { RunningServers } from '@nestjs-spark/servers';
import { type App, complain } from '../apps/app.ts';
import { endingOnce, STOPPED } from '../apps/endings.ts';
import { onlyOne } from '../apps/only-one.ts';
import { stopSignal } from '../apps/stop-signal.ts';
import { readArguments } from '../arguments.ts';
import { invitation } from './invitation.ts';
import { keepUp } from './keep-up.ts';
import { Narrator } from './narrate.ts';
import { type Apps, startApps } from './start-apps.ts';
import { startGround, startingWords } from './start-servers.ts';
import { tellStory } from './story.ts';

const HELP = `Starts the servers, two apps, Fleet and HR, and their console, and shows cars that are created in Fleet arriving in HR.
  npm start              runs until Ctrl-C
  npm start -- --once    ends when everything has arrived, with exit code 0; starts no console
SPARK_STORE=ravendb or sqlite:FOLDER chooses the store; by default it is RavenDB, or SQLite where RavenDB is not available.`;

const { once = false } = readArguments({ help: HELP, options: { once: { type: 'boolean' } } }).values;

const asked = stopSignal();
const narrator = new Narrator(asked);
const stopping = new AbortController();
const stopAsked = new Promise((done) => asked.addEventListener('abort', done));

const servers: RunningServers[] = [];
let apps: Apps | undefined;
try {
  const told = tell();
  // Whatever is still waiting when everything is stopped below is bound to fail, which means nothing.
  told.catch(() => undefined);
  await Promise.race([told, stopAsked]);
} catch (error) {
  process.exitCode = 1;
  complain(error, appsOf(apps));
} finally {
  stopping.abort();
  if (asked.aborted) narrator.plain('\nStopping the apps and the servers …');
  await Promise.all(appsOf(apps).map((app) => app.process.stop()));
  await Promise.all(servers.map((started) => started.stop()));
  if (asked.aborted) narrator.plain(STOPPED);
}
process.exit();

async function tell(): Promise<void> {
  await onlyOne('npm start');
  narrator.title("Spark for NestJS: Fleet's cars, live in HR");
  const ground = await startGround(narrator, (started) => servers.push(started));
  apps = await startApps(ground, narrator, once);
  for (const app of appsOf(apps)) {
    narrator.say('Apps', `${app.name.padEnd(8)} ${app.url}   log: ${app.process.logFile}`);
  }
  narrator.say('Apps', startingWords(ground));
  const car = await tellStory(apps, narrator);
  if (once) return narrator.plain(endingOnce('Everything arrived.', 'npm start'));
  narrator.plain(invitation(apps, car.id));
  // An app that ends does not end the demonstration: that the others continue is the point of Spark.
  const say = (label: string, text: string) => narrator.say(label, text);
  await Promise.all(appsOf(apps).map((app) => keepUp(app, say, stopping.signal)));
}

function appsOf(started: Apps | undefined): App[] {
  if (!started) return [];
  const { fleet, hr, console: page } = started;
  return [fleet, hr, ...(page ? [page] : [])];
}
