import { type App, howEnded } from '../apps/app.ts';
import { ask } from './http.ts';
import { HopelessError, waitUntil, type WaitOptions } from './wait-until.ts';

/** A refused module asks again when its owner registers, which may take this long when both are starting. */
const REFUSED_FOR_MS = 3_000;

export interface ReadyOptions extends Pick<WaitOptions, 'seconds' | 'signal' | 'tell'> {
  /** Why the app will never be ready, as far as is known now; null while it may be. */
  refusal?: () => Promise<string | null>;
  /** How long `refusal` has to persist. */
  refusedForMs?: number;
}

/**
 * Waits until an app reports ready and returns how long it took. Fails immediately for an app that ends instead, and soon for one
 * that was refused for good.
 */
export async function waitReady(app: App, options: ReadyOptions = {}): Promise<number> {
  const { seconds = 90, signal, tell } = options;
  const { name, process } = app;
  const stopped = new AbortController();
  const ended = process.end().then(() => {
    if (!stopped.signal.aborted) throw new Error(`${howEnded(app)}, before it was ready`);
    return 0;
  });
  const ready = waitUntil(`${name} to be ready`, lookAt(app, options), {
    seconds,
    everyMs: 50,
    signal: signal ? AbortSignal.any([signal, stopped.signal]) : stopped.signal,
    tell,
  });
  ready.catch(() => undefined);
  try {
    return await Promise.race([ready, ended]);
  } finally {
    stopped.abort();
  }
}

function lookAt(
  { name, url }: App,
  { refusal, refusedForMs = REFUSED_FOR_MS }: ReadyOptions,
): () => Promise<true | string> {
  let refusedSince: number | null = null;
  return async () => {
    const answer = await ask(`${url}/health/ready`).catch(() => null);
    if (answer === null) return 'it does not answer yet';
    const { status, body } = answer;
    if (status === 200) return true;
    const why = (await refusal?.()) ?? null;
    refusedSince = why === null ? null : (refusedSince ?? performance.now());
    if (why !== null && refusedSince !== null && performance.now() - refusedSince >= refusedForMs)
      throw new HopelessError(`${name} cannot become ready: ${why}`);
    return `it answers ${status}: ${reasons(body)}`;
  };
}

/** `store: no answer within 1800 ms`, for each check that is down. */
function reasons(body: unknown): string {
  const checks = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  if (typeof checks !== 'object' || checks === null) return JSON.stringify(body);
  return Object.entries(checks as Record<string, { detail?: string }>)
    .map(([name, { detail }]) => `${name}: ${detail ?? 'down'}`)
    .join('; ');
}
