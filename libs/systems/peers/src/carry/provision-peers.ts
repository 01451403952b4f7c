import {
  type JetStreamConnection,
  JetStreamPresence,
  type Provisioned,
  provisionSharedLog,
} from '@nestjs-spark/jetstream/internal';
import { PRESENCE_BUCKET, PRESENCE_MS } from '../presence/heartbeat.ts';
import { DEFAULT_LOG_BYTES, peerStream } from './names.ts';

/** Creates what the replicas of a service need on the bus, as an administrator. Idempotent. @returns what was done with each stream */
export async function provisionPeers(
  connection: JetStreamConnection,
  service: string,
): Promise<ReadonlyMap<string, Provisioned>> {
  const log = peerStream(service);
  await new JetStreamPresence(connection, PRESENCE_BUCKET, PRESENCE_MS).provision();
  return new Map([[log.name, await provisionSharedLog(connection, log, DEFAULT_LOG_BYTES)]]);
}
