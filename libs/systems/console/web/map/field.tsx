import type { ModuleState } from '../../src/ask/state.ts';
import { A } from '../router.tsx';
import { t } from '../texts.ts';
import { Shape } from '../ui/state-mark.tsx';
import { groupModules, type Member, type Standing } from './group-modules.ts';
import type { Route } from './ways.ts';

/** A phone shows no more of those that are well before it is asked to. */
const MOST_AT_ONCE = 12;

/** All modules in little room, by how they stand: what a drawing of so many cannot show. */
export function Field({
  names,
  modules,
  routes,
  narrow,
}: {
  names: readonly string[];
  modules: readonly ModuleState[];
  routes: readonly Route[];
  narrow: boolean;
}) {
  return (
    <div class="tiles">
      {groupModules(names, modules, routes).map(({ standing, members }) => (
        <details
          key={standing}
          open={standing !== 'fine' || !narrow || members.length <= MOST_AT_ONCE}
          aria-label={t.overview.standing[standing]}
        >
          <summary class="dim">
            {t.overview.standing[standing]} <b>{members.length}</b>
          </summary>
          <Tiles standing={standing} members={members} />
        </details>
      ))}
    </div>
  );
}

function Tiles({ standing, members }: { standing: Standing; members: readonly Member[] }) {
  return (
    <ul>
      {members.map(({ name, state }) => (
        <li key={name}>
          <A to={`/modules/${name}`} class={`tile ${standing}`}>
            <Shape state={state} />
            {name}
          </A>
        </li>
      ))}
    </ul>
  );
}
