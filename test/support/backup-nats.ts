import { cp, rename, rm } from 'node:fs/promises';
import type { ServerHandle } from '@nestjs-spark/servers';

/** Copies what a nats-server keeps, and answers what puts it back; the server is away meanwhile, both times. */
export async function backupNats(nats: ServerHandle): Promise<() => Promise<void>> {
  const copy = `${nats.dataDir}-backup`;
  await whileAway(nats, () => cp(nats.dataDir, copy, { recursive: true }));
  return () =>
    whileAway(nats, async () => {
      await rm(nats.dataDir, { recursive: true });
      await rename(copy, nats.dataDir);
    });
}

async function whileAway(nats: ServerHandle, work: () => Promise<void>): Promise<void> {
  await nats.kill9();
  await work();
  await nats.restart();
}
