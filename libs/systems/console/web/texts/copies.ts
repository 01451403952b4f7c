import { counted, duration, timeOfDay, verb } from '../format.ts';
import type { CopyPhase, CopyState } from '../../src/ask/state.ts';

/** Texts about copies and the map. */
export const copyTexts = {
  state: {
    Streaming: 'Live',
    Snapshotting: 'First copy',
    Starting: 'Starting',
    Waiting: 'Waiting',
    Faulted: 'Needs help',
    Refused: 'Refused',
    GivenUp: 'Given up',
    Unknown: 'Not known',
  } satisfies Record<CopyPhase, string>,

  /** The meaning of a reason code; for an unknown code, the module's own text. */
  reason: (copy: CopyState): string => {
    const { reason, owner, requester } = copy;
    if (!reason) return '';
    switch (reason.code) {
      case 'owner-unregistered':
        return `${owner} is not registered yet. ${requester} retries automatically.`;
      case 'requester-away':
        return `${requester} does not answer: ${reason.text}. Check that it runs at that address, and that this console reaches it.`;
      case 'first-copy':
        return 'The first copy is being made.';
      default:
        return reason.text;
    }
  },

  overview: {
    headline: (live: number, all: number, isPartial: boolean) =>
      all === 0
        ? isPartial
          ? 'No copies can be seen'
          : 'No copies yet'
        : `${live} of ${counted(all, 'copy', 'copies')} ${verb(live, all, 'is', 'are')} live`,
    under: (attention: number, unknown: number, silent: number) => {
      const parts = [
        attention > 0 ? `${attention} ${attention === 1 ? 'needs' : 'need'} attention` : '',
        unknown > 0 ? `${unknown} not known` : '',
        silent > 0 ? `${counted(silent, 'module')} not answering` : '',
      ].filter((part) => part !== '');
      return parts.length === 0 ? 'Everything is here.' : `${parts.join(', ')}.`;
    },
    hinderedToo: 'Others cannot answer either: Modules shows each reason.',
    hindered: 'cannot answer',
    changes: 'Changes now',
    behind: 'Furthest behind',
    mapRight: 'Data flows left to right, from its owner',
    mapDown: 'Data flows down, from its owner',
    map: 'Map of the modules',
    standing: {
      trouble: 'Need attention',
      away: 'Do not answer, or do not let this console in',
      moving: 'Make their first copy',
      fine: 'All is well',
    },
    mapPart: (shown: number) => `The ${shown} modules that need attention, and those linked to them`,
    mapOne: (module: string) => `${module}, and the modules that it copies from or is copied by`,
    attention: 'Needs attention',
    wants: (requester: string, collection: string, owner: string) =>
      [requester, ' wants ', collection, ' from ', owner] as const,
    noModules: 'No module is registered yet. Start one, and it appears here.',
    noCopies: 'No module asks for a copy. Declare one with @Replicated(), and it appears here.',
    in: (rate: string) => `in ${rate}`,
    out: (rate: string) => `out ${rate}`,
    notRegistered: 'not registered',
    away: 'does not answer',
    copies: (many: number) => counted(many, 'copy', 'copies'),
  },

  copies: {
    heading: 'Copies',
    under: 'Every copy that a module keeps of another module’s data.',
    copy: 'Copy',
    state: 'State',
    rate: 'Rate',
    minute: 'Last minute',
    behind: 'Behind',
    applied: 'Applied',
    setAside: 'Set aside',
    sortBy: (column: string) => `Sort by ${column}`,
    noMatch: 'No copy matches.',
    fresh: 'fresh',
  },

  copy: {
    gone: 'No module reports this copy. It may have been dropped, or its modules are away.',
    engine: (name: string) => `${name} engine`,
    generation: (number: number) => `generation ${number}`,
    complete: 'complete',
    tryScript: 'Try a script',
    readAgain: 'Read again…',
    track: 'From the owner to here',
    newest: 'newest change',
    read: 'Read',
    byScript: 'by the script',
    sent: 'Sent',
    confirmed: 'confirmed',
    applied: (missing: number | null) => (missing === 0 ? 'applied, nothing missing' : 'applied'),
    apart: (many: number) => `${counted(many, 'change')} apart, at most`,
    perSecond: 'Changes per second',
    perSecondOf: (peak: string) => `Changes per second over the last minutes, at most ${peak}`,
    behindPlot: 'How far behind, over the last minutes',
    freshness: 'Freshness',
    ask: (owner: string) => `Ask ${owner}`,
    isFresh: (owner: string) => `Everything ${owner} had is here`,
    isBehind: (ms: number) => `${duration(ms)} behind`,
    behindUnknown: 'How far behind is not known',
    freshUnknown: 'How fresh it is now is not known',
    freshWas: (owner: string, behindMs: number | null, at: number | null) => {
      const was =
        behindMs === null
          ? 'how far behind it was is not known'
          : behindMs === 0
            ? `everything that was known of ${owner} was here`
            : `it was ${duration(behindMs)} behind`;
      return at === null ? `${owner} did not answer. Last, ${was}.` : `At ${timeOfDay(at)}, ${was}.`;
    },
    appliedHere: 'Applied here',
    newestAt: (owner: string) => `Newest at ${owner}`,
    asked: 'Asked',
    askedInVain: 'Asked, without an answer',
    figures: 'Figures',
    written: 'Written',
    deleted: 'Deleted',
    readBy: (owner: string) => `Read by ${owner}`,
    deletes: 'Deletes',
    errors: 'Errors',
    request: 'Request',
    requestIs: (state: string, revision: number) => `${state}, revision ${revision}`,
    progress: (read: string, total: string) => `${read} of about ${total} documents read`,
    neverBegun: 'This copy has not started.',
    neverBegunWhy: 'It starts when its owner has accepted the request.',
    setAside: 'Set-aside documents',
    verify: 'Compare with the source',
    verifyUnder: 'Runs the script over every document, and compares the result with the copy.',
    compare: 'Compare',
    comparing: 'Comparing…',
    repair: 'Repair…',
    neverCompared: 'These copies have not been compared yet.',
    resync: {
      heading: (collection: string) => `Read ${collection} again?`,
      text: (owner: string, requester: string, generation: number) =>
        `${owner} sends the whole collection once more as generation ${generation}. The copies that ${requester} has stay in use meanwhile. New instances of ${requester} are not ready until it is done.`,
      button: 'Read again',
      done: (owner: string) => `${owner} starts again.`,
    },
    repairing: {
      heading: 'Repair what differs?',
      text: (owner: string, requester: string) =>
        `${owner} sends what is missing or stale again, and ${requester} removes ghosts. What is foreign stays as it is.`,
      button: 'Repair',
    },
    outcomes: {
      equal: 'Equal',
      missing: 'Missing',
      stale: 'Stale',
      ghost: 'Ghosts',
      foreign: 'Foreign',
      repaired: 'Repaired',
    },
  },
};
