import { describe, expect, it } from '@jest/globals';
import { pause } from './pause.ts';
import { keepRunning, persist } from './persist.ts';

const SOON = { waitMs: 1 };

/** Fails with each text in turn, then works. */
function failing(...texts: string[]): () => Promise<void> {
  return async () => {
    const text = texts.shift();
    if (text !== undefined) throw new Error(text);
  };
}

describe('persisting', () => {
  it('goes on until the work has succeeded once', async () => {
    const failures: unknown[] = [];
    await persist(failing('a', 'b'), {
      signal: new AbortController().signal,
      policy: SOON,
      onEachFailure: (error) => failures.push(String(error)),
    });
    expect(failures).toEqual(['Error: a', 'Error: b']);
  });

  it('says a failure once, and again when another one came in between', async () => {
    const said: unknown[] = [];
    await persist(failing('a', 'a', 'b', 'b', 'a'), {
      signal: new AbortController().signal,
      policy: SOON,
      onFailure: (error) => said.push(String(error)),
    });
    expect(said).toEqual(['Error: a', 'Error: b', 'Error: a']);
  });

  it('throws what it is told not to retry', async () => {
    const persisting = persist(failing('a', 'final', 'b'), {
      signal: new AbortController().signal,
      policy: SOON,
      retries: (error) => String(error) !== 'Error: final',
    });
    await expect(persisting).rejects.toThrow('final');
  });

  it('ends a wait at once when it is aborted, and does nothing more', async () => {
    const stop = new AbortController();
    let runs = 0;
    await persist(
      async () => {
        runs++;
        throw new Error('away');
      },
      {
        signal: stop.signal,
        policy: { waitMs: 3_600_000 },
        onFailure: () => queueMicrotask(() => stop.abort()),
      },
    );
    expect(runs).toBe(1);
  });

  it('leaves work behind that does not end within its bound after an abort', async () => {
    const stop = new AbortController();
    const persisting = persist(() => new Promise<never>(() => undefined), { signal: stop.signal, endMs: 1 });
    stop.abort();
    await persisting;
  });

  it('waits for work that has to end first', async () => {
    const stop = new AbortController();
    const work = Promise.withResolvers<void>();
    let ended = false;
    const persisting = persist(() => work.promise, { signal: stop.signal, endMs: Infinity }).then(
      () => (ended = true),
    );
    stop.abort();
    // A timer that was set before would have fired by then.
    await pause(5);
    expect(ended).toBe(false);
    work.resolve();
    await persisting;
  });
});

describe('what is kept running', () => {
  it('begins again after a success as after a failure, and says a failure again after a success', async () => {
    const stop = new AbortController();
    const said: unknown[] = [];
    let runs = 0;
    await keepRunning(
      async () => {
        runs++;
        if (runs === 5) stop.abort();
        if (runs !== 3) throw new Error('away');
      },
      { signal: stop.signal, policy: SOON, onFailure: (error) => said.push(String(error)) },
    );
    expect(runs).toBe(5);
    expect(said).toEqual(['Error: away', 'Error: away']);
  });
});
