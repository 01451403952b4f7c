import type { JetStreamAccountStats, JetStreamManager } from '@nats-io/jetstream';
import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { apiCode, ApiCode, isStreamNotFound } from '../connect/failures.ts';
import { isDenied, isNoRoom, JetStreamRefusedError, refusal, ROOM_REMEDY } from '../connect/refusals.ts';
import { planStream, settingsOf, type StreamSettings, type WantedStream } from './plan-stream.ts';

export type Provisioned = 'created' | 'updated' | 'unchanged';

/** A stream of that name exists and cannot be changed to the required settings. An operator has to act; the message says how. */
export class StreamMismatchError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamMismatchError';
  }
}

/**
 * Creates the stream, or updates its settings. Safe to call at any time and concurrently.
 * @throws {StreamMismatchError} when a different stream has this name
 * @throws {JetStreamRefusedError} when JetStream has no room for it, or refuses for another reason that an operator can remove
 * @throws {UnavailableError} when the server is unavailable
 */
export function ensureStream(connection: JetStreamConnection, wanted: WantedStream): Promise<Provisioned> {
  return connection.use((handle) => ensure(handle, wanted));
}

async function ensure({ jsm }: JetStreamHandle, wanted: WantedStream): Promise<Provisioned> {
  const info = await jsm.streams.info(wanted.name).catch((error: unknown) => {
    if (isStreamNotFound(error)) return null;
    throw error;
  });
  const plan = planStream(wanted, info?.config ?? null, info?.state.bytes);
  switch (plan.action) {
    case 'nothing':
      return 'unchanged';
    case 'impossible':
      throw new StreamMismatchError(plan.reason);
    case 'update':
      return update(jsm, wanted, plan.changed);
    case 'create':
      return create(jsm, wanted);
  }
}

async function create(jsm: JetStreamManager, wanted: WantedStream): Promise<Provisioned> {
  const { leastBytes } = wanted;
  const settings = settingsOf(wanted);
  try {
    await jsm.streams.add(settings);
    return 'created';
  } catch (error) {
    if (isNoRoom(error)) {
      const half = Math.floor(settings.max_bytes / 2);
      if (leastBytes !== undefined && half >= leastBytes) return create(jsm, { ...wanted, max_bytes: half });
      throw await noRoom(jsm, settings, error);
    }
    if (apiCode(error) !== ApiCode.nameInUse) throw error;
    // Someone else made it in between, with other settings.
    const { config, state } = await jsm.streams.info(wanted.name);
    const plan = planStream(wanted, config, state.bytes);
    if (plan.action === 'impossible') throw new StreamMismatchError(plan.reason, { cause: error });
    if (plan.action === 'update') await update(jsm, wanted, plan.changed);
    return 'unchanged';
  }
}

/** A stream that reserves another size than wanted is left so while there is no room, or an administrator decides it. */
async function update(
  jsm: JetStreamManager,
  wanted: WantedStream,
  changed: (keyof StreamSettings)[],
): Promise<Provisioned> {
  try {
    await jsm.streams.update(wanted.name, pick(wanted, changed));
    return 'updated';
  } catch (error) {
    if (
      !(isNoRoom(error) || isDenied(error)) ||
      wanted.leastBytes === undefined ||
      !changed.includes('max_bytes')
    )
      throw error;
    const rest = changed.filter((key) => key !== 'max_bytes');
    if (rest.length === 0) return 'unchanged';
    await jsm.streams.update(wanted.name, pick(wanted, rest));
    return 'updated';
  }
}

function pick(settings: StreamSettings, keys: (keyof StreamSettings)[]): Partial<StreamSettings> {
  return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}

async function noRoom(
  jsm: JetStreamManager,
  { name, max_bytes }: StreamSettings,
  cause: unknown,
): Promise<JetStreamRefusedError> {
  // The account's bound on each single stream has nothing to do with what is left of it.
  const bound = apiCode(cause) === ApiCode.boundOfOneStream ? refusal(name, cause) : null;
  if (bound) return bound;
  const needs = max_bytes > 0 ? `needs ${inMiB(max_bytes)}` : 'is refused';
  const left = await jsm.getAccountInfo().then(describeLeft, () => '');
  return new JetStreamRefusedError(`JetStream has no room for ${name}: it ${needs}${left}; ${ROOM_REMEDY}`, {
    cause,
  });
}

/** What the account may still reserve; of a server's own bound it tells nothing. */
function describeLeft({ limits, storage, reserved_storage }: JetStreamAccountStats): string {
  const { max_storage } = limits;
  if (max_storage <= 0)
    return ', and the server has less than that left (its max_file_store less what all streams reserve)';
  const taken = Math.max(storage, reserved_storage);
  return `, and of the account's ${inMiB(max_storage)} there are ${inMiB(Math.max(0, max_storage - taken))} left`;
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
