import { UnavailableError } from '@nestjs-spark/contracts';
import type { NatsConnection } from '@nats-io/transport-node';
import { messageOf, pause } from '@nestjs-spark/foundation/internal';
import { describeSilent, JetStreamRefusedError, remedyFor } from './refusals.ts';

const PATIENCE_MS = 1_500;

/** What the failure of a probe tells by itself; null when it only tells that nothing answered. */
export function describeMiss(error: unknown): string | null {
  const isSilence = error instanceof UnavailableError && !(error instanceof JetStreamRefusedError);
  return isSilence ? null : messageOf(error);
}

/** Why JetStream does not do what was requested, as far as another request can tell. */
export async function explainSilence(
  target: string,
  nc: NatsConnection | undefined,
  error: unknown,
): Promise<string> {
  const said = describeMiss(error);
  if (said !== null || !nc) return said ?? messageOf(error);
  const [answer, isAlive] = await Promise.all([askForFigures(nc), answersAtAll(nc)]);
  if (answer === null && !isAlive) return describeSilent(target);
  if (answer === null) {
    return `${target} is reachable, but JetStream does not answer: most servers of its cluster may be away, or this one may be cut off from them`;
  }
  if (answer.error) return `${target}: ${remedyFor(answer.error.err_code, answer.error.description)}`;
  return `${target} is reachable and JetStream answers, but it stores nothing: its disk may be full, or most of the servers that keep the stream are away. nats-server has to be restarted once a full disk has room again`;
}

interface Figures {
  error?: { err_code: number; description: string };
}

/** Whether the server itself answers, apart from JetStream: a hanging process keeps its connections. */
async function answersAtAll(nc: NatsConnection): Promise<boolean> {
  const late = pause(PATIENCE_MS, undefined, { ref: false }).then(() => false);
  const answers = nc.flush().then(
    () => true,
    () => false,
  );
  return Promise.race([answers, late]);
}

async function askForFigures(nc: NatsConnection): Promise<Figures | null> {
  try {
    return (await nc.request('$JS.API.INFO', '', { timeout: PATIENCE_MS })).json<Figures>();
  } catch {
    return null;
  }
}
