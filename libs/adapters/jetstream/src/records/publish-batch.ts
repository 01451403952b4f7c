import { randomUUID } from 'node:crypto';
import { UnavailableError } from '@nestjs-spark/contracts';
import { headers as makeHeaders, type NatsConnection } from '@nats-io/transport-node';

/** A message of a batch, with headers in addition to those of the batch. */
export interface Batched {
  subject: string;
  payload: Uint8Array;
  headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 10_000;

/** The server's answer to a batch. */
export interface BatchAnswer {
  /** The sequence of its last message; null when it was not stored. */
  sequence: number | null;
  /** Why it was not stored, in words that do not distinguish a conflict from other failures. */
  reason: string;
}

/** Publishes messages atomically. */
export async function publishBatch(nc: NatsConnection, messages: readonly Batched[]): Promise<BatchAnswer> {
  const batch = randomUUID().replaceAll('-', '');
  for (const [index, { subject, payload, headers: own = {} }] of messages.entries()) {
    const headers = makeHeaders();
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    headers.set('Nats-Batch-Id', batch);
    headers.set('Nats-Batch-Sequence', String(index + 1));
    if (index < messages.length - 1) {
      nc.publish(subject, payload, { headers });
      continue;
    }
    headers.set('Nats-Batch-Commit', '1');
    const reply = await nc.request(subject, payload, { headers, timeout: TIMEOUT_MS });
    const { seq, error } = reply.json<{ seq?: number; error?: { description?: string } }>();
    return { sequence: error ? null : (seq ?? null), reason: error?.description ?? NO_ANSWER };
  }
  return { sequence: null, reason: NO_ANSWER };
}

const NO_ANSWER = 'no answer';

/** The batch was not stored, and not because of a conflict. */
export function batchNotStored({ reason }: BatchAnswer): UnavailableError {
  return new UnavailableError(`JetStream did not store the batch: ${reason}`);
}
