import { AUDIT_STREAM, type LogStream } from '@nestjs-spark/contracts/internal';
import { auditStream } from '../audit/jetstream-audit-log.ts';
import type { JetStreamConnection } from '../connect/connection.ts';
import { ATTEMPTS_BUCKET, ATTEMPTS_OPTIONS } from '../dead-letter/attempt-store.ts';
import { LEASES_BUCKET, LEASES_OPTIONS } from '../lease/lease-store.ts';
import { BigPayloads } from '../log/big-payloads.ts';
import { makeObjectBucket } from '../log/object-bucket.ts';
import { TOKENS_BUCKET, TOKENS_OPTIONS } from '../ledger/jetstream-token-ledger.ts';
import { MODULES_BUCKET, MODULES_OPTIONS } from '../registry/jetstream-module-registry.ts';
import { SETTINGS_BUCKET, SETTINGS_OPTIONS } from '../settings/jetstream-settings-store.ts';
import { ensureStream, type Provisioned } from '../provision/ensure-stream.ts';
import { openBucket } from '../provision/open-bucket.ts';
import type { WantedStream } from '../provision/plan-stream.ts';
import {
  COMMANDS,
  CONTROL,
  DEAD_LETTERS,
  type LogLimits,
  logSettings,
  sharedLogSettings,
} from '../provision/streams.ts';

/**
 * Creates every stream and bucket that modules use, for administrators of servers where modules may not create any. Idempotent.
 * @returns what was done for each stream
 */
export async function provisionBus(
  connection: JetStreamConnection,
  logs: readonly LogStream[],
  limits: LogLimits = {},
): Promise<ReadonlyMap<string, Provisioned>> {
  const done = new Map<string, Provisioned>();
  for (const settings of [COMMANDS, CONTROL, DEAD_LETTERS])
    done.set(settings.name, await ensureStream(connection, settings));
  done.set(AUDIT_STREAM, await auditStream(connection).provision());
  for (const [bucket, options] of BUCKETS)
    await connection.use((handle) => openBucket(handle, bucket, options, () => Promise.resolve()));
  for (const log of logs) done.set(log.name, await provisionLog(connection, logSettings(log, limits)));
  return done;
}

/** Creates a bucket of contents. Idempotent. */
export async function provisionContents(connection: JetStreamConnection, bucket: string): Promise<void> {
  await connection.use((handle) => makeObjectBucket(handle, bucket));
}

async function provisionLog(connection: JetStreamConnection, settings: WantedStream): Promise<Provisioned> {
  const done = await ensureStream(connection, settings);
  // Leftovers of a deleted stream belong to sequences that now have a different meaning.
  if (done === 'created') await new BigPayloads(connection, settings.name).clear();
  await provisionContents(connection, settings.name);
  return done;
}

const BUCKETS = [
  [LEASES_BUCKET, LEASES_OPTIONS],
  [MODULES_BUCKET, MODULES_OPTIONS],
  [TOKENS_BUCKET, TOKENS_OPTIONS],
  [SETTINGS_BUCKET, SETTINGS_OPTIONS],
  [ATTEMPTS_BUCKET, ATTEMPTS_OPTIONS],
] as const;

/** Creates a log with several writers that everyone reads. Idempotent. */
export function provisionSharedLog(
  connection: JetStreamConnection,
  log: LogStream,
  maxBytes: number,
): Promise<Provisioned> {
  return provisionLog(connection, sharedLogSettings(log, maxBytes));
}
