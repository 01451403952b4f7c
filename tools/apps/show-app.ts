import { stopSignal } from './stop-signal.ts';
import { duration, Narrator } from '../demo/narrate.ts';
import { waitReady } from '../demo/ready.ts';
import { type App, builtApp, complain, endOf, inherited, logFileOf } from './app.ts';
import { AppProcess } from './app-process.ts';
import { freePort } from './free-port.ts';
import { endingOnce, STOPPED } from './endings.ts';

/** What was shown of an app. */
export interface Shown {
  /** The outcome, as a sentence. */
  outcome: string;
  /** What a newcomer can do now, as lines to copy. */
  invitation: string;
}

/** An app to start, and what to show of it. */
export interface AppToShow {
  /** `Jobs`; its folder and its log have the same name in lower case. */
  name: string;
  /** `npm run jobs` */
  command: string;
  title: string;
  /** Used if it is free and `PORT` is not set. */
  port: number;
  /** End after the first requests instead of running until Ctrl-C. */
  once: boolean;
  /** Checks what would keep the app from starting. @throws {Error} with the remedy */
  check(): Promise<void>;
  /** Tells where the app keeps what it has, sends the first requests, and tells what came of them. */
  show(app: App, narrator: Narrator): Promise<Shown>;
}

/** Starts an app, shows what it does, and keeps it running until Ctrl-C. Ends this process. */
export async function showApp(toShow: AppToShow): Promise<never> {
  const asked = stopSignal();
  const stopAsked = new Promise((done) => asked.addEventListener('abort', done));
  const narrator = new Narrator(asked);
  let app: App | undefined;
  const tell = async (): Promise<void> => {
    await toShow.check();
    narrator.title(`Spark for NestJS: ${toShow.title}`);
    app = await start(toShow, narrator);
    await story(app, toShow, narrator);
  };
  try {
    const told = tell();
    // Whatever is still waiting when the app is stopped below is bound to fail, which means nothing.
    told.catch(() => undefined);
    await Promise.race([told, stopAsked]);
  } catch (error) {
    process.exitCode = 1;
    complain(error, app ? [app] : []);
  } finally {
    if (asked.aborted) narrator.plain(`\nStopping the ${toShow.name} app …`);
    await app?.process.stop();
    if (asked.aborted) narrator.plain(STOPPED);
  }
  process.exit();
}

async function start({ name, command, port: preferred }: AppToShow, narrator: Narrator): Promise<App> {
  const folder = name.toLowerCase();
  const main = builtApp(folder, command);
  const wanted = Number(process.env['PORT'] || preferred);
  const port = await freePort(wanted);
  if (port !== wanted) narrator.say('Ports', `${wanted} is in use, so ${name} listens on ${port}`);
  const url = `http://127.0.0.1:${port}`;
  const env = { ...inherited(), PORT: String(port), NO_COLOR: '1' };
  const app = new AppProcess({ name, main, logFile: logFileOf(folder), env });
  app.start();
  narrator.say('Apps', `${name.padEnd(8)} ${url}   log: ${app.logFile}`);
  narrator.say('Apps', 'starting; this takes a few seconds');
  return { name, url, process: app };
}

async function story(app: App, { command, once, show }: AppToShow, narrator: Narrator): Promise<void> {
  const took = await waitReady(app, narrator.waiting);
  narrator.say('Ready', `${app.name} is ready after ${duration(took)}`);
  const { outcome, invitation } = await show(app, narrator);
  if (once) return narrator.plain(endingOnce(outcome, command));
  narrator.plain(`${invitation}

To look at:

  OpenAPI   ${app.url}/api
  Health    ${app.url}/health/ready
  Metrics   ${app.url}/metrics

Running until Ctrl-C.`);
  await endOf(app);
}
