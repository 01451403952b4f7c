import type { CopyPhase, ModuleState } from '../../src/ask/state.ts';
import type { Route } from './ways.ts';

export type Standing = 'trouble' | 'away' | 'moving' | 'fine';

export interface Member {
  name: string;
  /** The worst phase of its copies; `Unknown` for a module that does not answer. */
  state: CopyPhase;
}

const ORDER: readonly Standing[] = ['trouble', 'away', 'moving', 'fine'];

/** Modules grouped by state, those that need attention first. A name without a module belongs to an owner that is not registered. Pure. */
export function groupModules(
  names: readonly string[],
  modules: readonly ModuleState[],
  routes: readonly Route[],
): { standing: Standing; members: Member[] }[] {
  const known = new Map(modules.map((one) => [one.name, one]));
  const worst = new Map<string, CopyPhase>();
  // Routes are sorted worst first.
  for (const { requester, worst: copy } of routes)
    if (!worst.has(requester)) worst.set(requester, copy.state);
  const members = names.map((name) => {
    const module = known.get(name);
    const isSilent = !module?.reachable || !module.permitted;
    return { name, state: isSilent ? ('Unknown' as const) : (worst.get(name) ?? 'Streaming') };
  });
  const groups = Map.groupBy(members, ({ state }) => standingOf(state));
  const collator = new Intl.Collator('en', { numeric: true });
  return ORDER.flatMap((standing) => {
    const own = groups.get(standing);
    if (!own) return [];
    return [{ standing, members: own.toSorted((a, b) => collator.compare(a.name, b.name)) }];
  });
}

function standingOf(state: CopyPhase): Standing {
  switch (state) {
    case 'Streaming':
      return 'fine';
    case 'Starting':
    case 'Snapshotting':
      return 'moving';
    case 'Unknown':
      return 'away';
    default:
      return 'trouble';
  }
}
