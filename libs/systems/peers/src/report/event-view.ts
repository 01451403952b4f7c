import type { PeerEvent } from '../merge/event.ts';

/** An event as shown to people. */
export function eventView(event: PeerEvent, node: string | null) {
  const { origin, number, hlc, operation, recordId, data, timestamp, sees, resolverVersion } = event;
  const seen = sees.map((one) => ({ origin: one.origin, number: one.number }));
  return {
    id: `${origin}-${number}`,
    operation,
    recordId,
    data: data === null ? null : (JSON.parse(data) as unknown),
    timestamp,
    node,
    origin,
    number,
    hlc,
    sees: resolverVersion === null ? seen : [],
    resolves: resolverVersion === null ? null : seen,
    resolverVersion,
  };
}
