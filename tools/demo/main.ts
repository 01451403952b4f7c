import type { RunningServers } from '@nestjs-spark/servers';
import { starterGone } from '../apps/starter-gone.ts';
import { invitation } from './invitation.ts';
import { Narrator } from './narrate.ts';
import { type App, type Apps, startApps } from './start-apps.ts';
import { startGround } from './start-servers.ts';
import { tellStory } from './story.ts';

const HELP = `Shows the main job: servers up, Fleet and HR up, cars made in Fleet seen arriving in HR.
  npm start              stays until Ctrl-C
  npm start -- --once    ends on its own, with exit code 0 when everything arrived
SPARK_STORE=ravendb or sqlite:FOLDER takes that store; otherwise it is RavenDB, or the embedded one where none can be had.`;

const once = process.argv.includes('--once');
if (process.argv.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}

const narrator = new Narrator();
const asked = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => asked.abort());
}
starterGone(asked.signal).then(
  () => asked.abort(),
  () => undefined,
);
const stopAsked = new Promise<'stop'>((resolve) => {
  asked.signal.addEventListener('abort', () => resolve('stop'));
});

const servers: RunningServers[] = [];
let apps: Apps | undefined;
try {
  const told = tell();
  // Whatever still waits when everything is stopped below is bound to fail, and says nothing.
  told.catch(() => undefined);
  await Promise.race([told, stopAsked]);
} catch (error) {
  process.exitCode = 1;
  complain(error);
} finally {
  if (asked.signal.aborted) narrator.plain('\nStopping');
  await Promise.all([apps?.fleet.process.stop(), apps?.hr.process.stop()]);
  await Promise.all(servers.map((started) => started.stop()));
}
process.exit();

async function tell(): Promise<void> {
  narrator.title("Spark for NestJS: Fleet's cars, live in HR");
  apps = await startApps(await startGround(narrator, (started) => servers.push(started)), narrator);
  for (const app of [apps.fleet, apps.hr]) {
    narrator.say('Apps', `${app.name.padEnd(8)} ${app.url}   log: ${app.process.logFile}`);
  }
  const car = await tellStory(apps, narrator);
  if (once) return narrator.plain('\nEverything arrived.');
  narrator.plain(invitation(apps, car.id));
  await Promise.race([endOf(apps.fleet), endOf(apps.hr)]);
}

async function endOf({ name, process: app }: App): Promise<never> {
  await app.end();
  throw new Error(`${name} has ended with ${app.ended}`);
}

function complain(error: unknown): void {
  console.error(`\nFailed: ${error instanceof Error ? error.message : String(error)}`);
  for (const app of apps ? [apps.fleet, apps.hr] : []) {
    console.error(`\nLast lines of ${app.process.logFile}:\n${indented(app.process.logTail(15))}`);
  }
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  | ');
}
