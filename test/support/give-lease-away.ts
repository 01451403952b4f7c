import { LeaseStore } from '@nestjs-spark/jetstream/internal';
import { onNats } from './on-nats.ts';

/** Writes a holder into a lease who does nothing, and whom everyone waits for so long; 0: the lease is free again. */
export async function giveLeaseAway(
  natsUrl: string,
  { module, name }: { module: string; name: string },
  ttlMs: number,
): Promise<void> {
  await onNats(natsUrl, async (connection) => {
    const store = new LeaseStore({ connection, module });
    const holder = ttlMs > 0 ? 'someone who does nothing' : null;
    for (;;) {
      const revision = (await store.read(name))?.revision ?? 0;
      if ((await store.write(name, holder, ttlMs, revision)) !== null) return;
    }
  });
}
