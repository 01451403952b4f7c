import { AckPolicy, type Consumer, type ConsumerUpdateConfig, DeliverPolicy } from '@nats-io/jetstream';
import type { JetStreamHandle } from '../connect/connection.ts';

/** The consumer, and which settings of an existing one may change. */
export interface WantedConsumer {
  stream: string;
  name: string;
  settings: Partial<ConsumerUpdateConfig>;
}

/** A durable pull consumer that begins at the first message of its stream, created if it is missing. */
export async function ensureConsumer(
  { js, jsm }: Pick<JetStreamHandle, 'js' | 'jsm'>,
  { stream, name, settings }: WantedConsumer,
): Promise<Consumer> {
  const there = await jsm.consumers.info(stream, name).catch(() => null);
  // One created by an older version is updated to these settings; the server refuses to create it again.
  if (there) await jsm.consumers.update(stream, name, settings);
  else
    await jsm.consumers.add(stream, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ...settings,
    });
  return js.consumers.get(stream, name);
}
