import type { Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import { RavenRefusedError } from '../connect/server-error.ts';

export const ANCHORS = ['Spark/Anchor/1', 'Spark/Anchor/2'] as const;
export type AnchorName = (typeof ANCHORS)[number];

/** A disabled index that keeps all deletes after `etag`. */
export interface Anchor {
  name: AnchorName;
  etag: Etag;
  /** Deletes that this anchor has not read yet; null when the server does not tell. */
  left: number | null;
}

interface TombstonesState {
  PerSubscriptionInfoExtended?: { Identifier: string; Etag: number; NumberOfTombstoneLeft?: number }[];
  PerSubscriptionInfo?: { Identifier: string; Etag: number }[];
}

/**
 * The existing anchors, older first. One with etag 0 has not caught up, or is just changing state: it is left out, since it
 * proves nothing. Null without the right to look (DatabaseAdmin).
 */
export async function readAnchors(http: RavenHttp): Promise<Anchor[] | null> {
  try {
    const state = await http.getJson<TombstonesState>(http.path('/admin/tombstones/state'));
    return ANCHORS.flatMap((name) => toAnchor(name, state ?? {})).toSorted((a, b) => a.etag - b.etag);
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
}

export function isForbidden(error: unknown): boolean {
  return error instanceof RavenRefusedError && (error.status === 403 || error.status === 401);
}

function toAnchor(name: AnchorName, state: TombstonesState): Anchor[] {
  const extended = state.PerSubscriptionInfoExtended?.find(({ Identifier }) => Identifier === name);
  const plain = state.PerSubscriptionInfo?.find(({ Identifier }) => Identifier.includes(`'${name}'`));
  const etag = extended?.Etag ?? plain?.Etag ?? 0;
  return etag > 0 ? [{ name, etag, left: extended?.NumberOfTombstoneLeft ?? null }] : [];
}
