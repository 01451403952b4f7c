import type { OwnOrigin } from '../receive/peer-file.ts';
import type { Claims } from './claims.ts';

/** How far an origin's events were said: the log has answered so, and the file may not have read it there yet. */
export interface SaidTo {
  /** The number of the last of them. */
  readonly number: number;
  /** The message that they ended with. */
  readonly tail: number;
  readonly claims: Claims;
}

/**
 * What a run has said in the log, by origin. It is not in the file, which takes as logged only what it has read there: what this node
 * alone knows must not decide what others decide alike.
 */
export type Said = ReadonlyMap<string, SaidTo>;

export const NOTHING_SAID: Said = new Map();

/** Where an own origin goes on: after what was read in the log, or what was said since. */
export function goesOnAfter(
  own: OwnOrigin | null,
  said: SaidTo | undefined,
): { number: number; tail: number } {
  return {
    number: Math.max(own?.confirmed ?? 0, said?.number ?? 0),
    tail: Math.max(own?.tail ?? 0, said?.tail ?? 0),
  };
}
