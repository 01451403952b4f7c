import { type App, howEnded } from '../apps/app.ts';
import { ask } from './http.ts';
import { waitUntil } from './wait-until.ts';

/** Waits until an app says ready and answers how long it took; an app that ends instead is told at once. */
export async function waitReady(app: App, seconds = 90): Promise<number> {
  const { name, url, process } = app;
  const stopped = new AbortController();
  const ended = process.end().then(() => {
    if (!stopped.signal.aborted) throw new Error(`${howEnded(app)}, before it was ready`);
    return 0;
  });
  const ready = waitUntil(`${name} to be ready`, () => look(url), {
    seconds,
    everyMs: 50,
    signal: stopped.signal,
  });
  ready.catch(() => undefined);
  try {
    return await Promise.race([ready, ended]);
  } finally {
    stopped.abort();
  }
}

async function look(url: string): Promise<true | string> {
  const { status, body } = await ask(`${url}/health/ready`);
  return status === 200 || `${status} ${JSON.stringify(reasons(body))}`;
}

function reasons(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'error' in body ? body.error : body;
}
