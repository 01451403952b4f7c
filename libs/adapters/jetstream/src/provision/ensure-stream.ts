import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { apiCode, ApiCode, isStreamNotFound } from '../connect/failures.ts';
import { planStream, type StreamSettings } from './plan-stream.ts';

export type Provisioned = 'created' | 'updated' | 'unchanged';

/** A stream of that name is there and cannot be made what it has to be. An operator has to act; the message says how. */
export class StreamMismatchError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamMismatchError';
  }
}

/**
 * Makes the stream, or brings it to its settings. Safe to call at any time and by several at once.
 * @throws {StreamMismatchError} when something else stands there under this name
 * @throws {UnavailableError} when the server is away
 */
export function ensureStream(connection: JetStreamConnection, wanted: StreamSettings): Promise<Provisioned> {
  return connection.use((handle) => ensure(handle, wanted));
}

async function ensure({ jsm }: JetStreamHandle, wanted: StreamSettings): Promise<Provisioned> {
  const info = await jsm.streams.info(wanted.name).catch((error: unknown) => {
    if (isStreamNotFound(error)) return null;
    throw error;
  });
  const plan = planStream(wanted, info?.config ?? null);
  switch (plan.action) {
    case 'nothing':
      return 'unchanged';
    case 'impossible':
      throw new StreamMismatchError(plan.reason);
    case 'update':
      await jsm.streams.update(wanted.name, pick(wanted, plan.changed));
      return 'updated';
    case 'create':
      return create({ jsm }, wanted);
  }
}

async function create({ jsm }: Pick<JetStreamHandle, 'jsm'>, wanted: StreamSettings): Promise<Provisioned> {
  try {
    await jsm.streams.add(wanted);
    return 'created';
  } catch (error) {
    if (apiCode(error) !== ApiCode.nameInUse) throw error;
    // Someone else made it in between, with other settings.
    const { config } = await jsm.streams.info(wanted.name);
    const plan = planStream(wanted, config);
    if (plan.action === 'impossible') throw new StreamMismatchError(plan.reason, { cause: error });
    if (plan.action === 'update') await jsm.streams.update(wanted.name, pick(wanted, plan.changed));
    return 'unchanged';
  }
}

function pick(settings: StreamSettings, keys: (keyof StreamSettings)[]): Partial<StreamSettings> {
  return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}
