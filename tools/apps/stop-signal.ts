import { starterGone } from './starter-gone.ts';

/** Aborted when this process is asked to end, or the one that started it is gone. */
export function stopSignal(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
  starterGone(asked.signal).then(
    () => asked.abort(),
    () => undefined,
  );
  return asked.signal;
}
