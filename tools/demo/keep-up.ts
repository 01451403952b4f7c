import { type App, howEnded } from '../apps/app.ts';
import { duration } from './narrate.ts';
import { waitReady } from './ready.ts';

const MOST_ENDS = 3;
const STABLE_MS = 60_000;

/**
 * Restarts an app that ends by itself, as a process manager in production would, and reports that.
 * @param stopping aborted when the apps are stopped on purpose
 * @throws {Error} when it has ended three times without having run for a minute
 */
export async function keepUp(
  app: App,
  say: (label: string, text: string) => void,
  stopping: AbortSignal,
): Promise<void> {
  let ends = 0;
  let since = Date.now();
  for (;;) {
    await app.process.end();
    if (stopping.aborted) return;
    const how = howEnded(app);
    ends = Date.now() - since > STABLE_MS ? 1 : ends + 1;
    if (ends >= MOST_ENDS) throw new Error(`${how}, for the ${ends}rd time; it is not restarted again`);
    say('Ended', `${how}; the others continue, and it is being restarted. Log: ${app.process.logFile}`);
    since = Date.now();
    app.process.start();
    try {
      say('Ready', `${app.name} is ready again after ${duration(await waitReady(app))}`);
    } catch (error) {
      if (app.process.ended === undefined) throw error;
    }
  }
}
