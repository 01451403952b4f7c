import type { ChangedRange } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';

export interface Segment {
  StartTime: string;
  ChangeVector: string;
}

/**
 * The ranges that a series' changed segments cover: each from its start to just before the next segment's, the first from the
 * beginning, the last to the end. A segment that has changed again since is not included; its own change comes later.
 */
export function changedRanges(
  name: string,
  segments: readonly Segment[],
  changed: ReadonlySet<string>,
): ChangedRange[] {
  const ranges: ChangedRange[] = [];
  let open: ChangedRange | null = null;
  segments.forEach(({ StartTime, ChangeVector }, at) => {
    if (!changed.has(ChangeVector)) {
      open = null;
      return;
    }
    const next = segments[at + 1];
    const to = next ? justBefore(next.StartTime) : null;
    if (open) open.to = to;
    else ranges.push((open = { name, from: at === 0 ? null : StartTime, to }));
  });
  return ranges;
}

/** RavenDB's time series have millisecond precision. */
function justBefore(time: string): string {
  return new Date(Date.parse(time) - 1).toISOString();
}

export async function readSegments(
  http: RavenHttp,
  node: Requester,
  docId: string,
  name: string,
): Promise<Segment[] | null> {
  const path = http.path('/timeseries/debug/segments-summary', { docId, name });
  const { body } = await node.request({ path });
  try {
    const { Results } = JSON.parse(body.toString('utf8')) as { Results: Partial<Segment>[] };
    return Results.every(isSegment) ? Results.filter(isSegment) : null;
  } catch {
    // For a series that is gone, RavenDB aborts in the middle of its response.
    return null;
  }
}

function isSegment(segment: Partial<Segment>): segment is Segment {
  return typeof segment.StartTime === 'string' && typeof segment.ChangeVector === 'string';
}
