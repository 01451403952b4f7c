import { isNullOr, isObject, isObjectOf, isText, type Guard } from '@nestjs-spark/foundation/internal';

export const PRESENCE_BUCKET = 'SPARK_PEERS';
/** How long a node counts as present after its last heartbeat, in milliseconds. */
export const PRESENCE_MS = 15_000;

/** A node's conflict policy for one collection. */
export interface PolicyView {
  policy: string;
  version: number | null;
  fingerprint: string | null;
}

/** A node's periodic report on itself. For people only; no decision depends on it. */
export interface Heartbeat {
  node: string;
  origin: string;
  state: string;
  position: number;
  clockOffsetMs: number;
  /** Milliseconds since 1970, by the node's own clock. */
  at: number;
  policies: Record<string, PolicyView>;
}

const MOST_POLICIES = 1_000;

const isNumber: Guard<number> = (value): value is number => Number.isSafeInteger(value);
/** Beyond these there is no date to show. */
const isTime: Guard<number> = (value): value is number =>
  isNumber(value) && !Number.isNaN(new Date(value).getTime());
const isPolicy: Guard<PolicyView> = isObjectOf({
  policy: isText(),
  version: isNullOr(isNumber),
  fingerprint: isNullOr(isText()),
});
const isPolicies: Guard<Record<string, PolicyView>> = (value): value is Record<string, PolicyView> =>
  isObject(value) && Object.keys(value).length <= MOST_POLICIES && Object.values(value).every(isPolicy);

const isHeartbeat: Guard<Heartbeat> = isObjectOf({
  node: isText(63),
  origin: isText(32),
  state: isText(32),
  position: isNumber,
  clockOffsetMs: isNumber,
  at: isTime,
  policies: isPolicies,
});

const LONGEST = 100_000;

/** The key under which a node, and by its permissions no other, publishes its heartbeat. */
export function heartbeatKey(service: string, node: string): string {
  return `${service}.${node}`;
}

/** The heartbeats among these values: not what no node can have written, nor what another one has written in its name. */
export function readHeartbeats(service: string, values: ReadonlyMap<string, string>): Heartbeat[] {
  return [...values].flatMap(([key, text]) => {
    const beat = readHeartbeat(text);
    return beat !== null && heartbeatKey(service, beat.node) === key ? [beat] : [];
  });
}

/** Null if no node can have written it. */
export function readHeartbeat(text: string): Heartbeat | null {
  if (text.length > LONGEST) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isHeartbeat(value) ? value : null;
  } catch {
    return null;
  }
}
