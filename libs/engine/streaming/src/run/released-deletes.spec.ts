import type { LeaseKeeper } from '@nestjs-spark/contracts/internal';
import { afterEach, it, jest } from '@jest/globals';
import { Parties } from '../../testing/parties.ts';
import { until } from '../../testing/until.ts';

const parties = new Parties();
afterEach(() => parties.endAll());

/** The leases of an instance that never gets those of one kind: another one always holds them. */
function without(kind: string): LeaseKeeper {
  const never = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  return {
    whileHeld: (name, signal, work, trouble) =>
      name.startsWith(kind) ? never(signal) : parties.leases.whileHeld(name, signal, work, trouble),
  };
}

it('deletes are released by an instance that carries none of the tasks', async () => {
  const kept = jest.spyOn(parties.source, 'keepDeletesAfter');
  parties.owner(without('deletes.'));
  parties.owner(without('capture.'));
  parties.requester();
  let cars = 0;
  await until(
    () => {
      parties.source.put(`cars/${++cars}`, { V: 1 });
      return kept.mock.calls.some(([etag]) => etag > 0);
    },
    () => `deletes are kept after ${String(kept.mock.calls)}`,
  );
});
