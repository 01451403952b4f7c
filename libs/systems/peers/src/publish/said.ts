import type { OwnOrigin } from '../receive/peer-file.ts';
import type { Claims } from './claims.ts';

/** How far an origin's events are published: the log has confirmed it, but the file may not have read it there yet. */
export interface SaidTo {
  /** The number of the last published event. */
  readonly number: number;
  /** The sequence of the last message. */
  readonly tail: number;
  readonly claims: Claims;
}

/**
 * What a run has published, by origin. It is not in the file, which counts as logged only what it has read in the log: what only this
 * node knows must not influence decisions that all nodes make alike.
 */
export type Said = ReadonlyMap<string, SaidTo>;

export const NOTHING_SAID: Said = new Map();

/** Where an own origin continues: after what was read in the log, or what was published since. */
export function goesOnAfter(
  own: OwnOrigin | null,
  said: SaidTo | undefined,
): { number: number; tail: number } {
  return {
    number: Math.max(own?.confirmed ?? 0, said?.number ?? 0),
    tail: Math.max(own?.tail ?? 0, said?.tail ?? 0),
  };
}
