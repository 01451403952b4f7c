import { AckPolicy, type Consumer, type ConsumerUpdateConfig, DeliverPolicy } from '@nats-io/jetstream';
import type { JetStreamHandle } from '../connect/connection.ts';

/** Which consumer, and what may change of one that is there. */
export interface WantedConsumer {
  stream: string;
  name: string;
  settings: Partial<ConsumerUpdateConfig>;
}

/** A durable pull consumer that begins at the first message of its stream, made where it is missing. */
export async function ensureConsumer(
  { js, jsm }: Pick<JetStreamHandle, 'js' | 'jsm'>,
  { stream, name, settings }: WantedConsumer,
): Promise<Consumer> {
  const there = await jsm.consumers.info(stream, name).catch(() => null);
  // One that an older version made is brought to these settings; the server refuses to make it again.
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
