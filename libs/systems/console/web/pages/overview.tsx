import { useState } from 'preact/hooks';
import type { CopyState, ModuleState } from '../../src/ask/state.ts';
import { duration, rate } from '../format.ts';
import {
  copies,
  denied,
  hindered,
  isPartial,
  letters,
  live,
  loaded,
  modules,
  setAside,
  silent,
  troubled,
  unknown,
} from '../live.ts';
import { ModuleMap } from '../map/map.tsx';
import { A, copyPath, query } from '../router.tsx';
import { t } from '../texts.ts';
import { Empty, Heading } from '../ui/parts.tsx';
import { StateMark } from '../ui/state-mark.tsx';
import { CopiesTable } from './copies.tsx';

const FIRST = 6;

export function OverviewPage() {
  const all = copies.value;
  if (!loaded.value)
    return (
      <>
        <div class="headline">
          <Heading title={t.pages.overview} />
        </div>
        <div class="skeleton" aria-hidden="true" />
      </>
    );
  const behind = Math.max(0, ...live.value.map(({ behindMs }) => behindMs ?? 0));
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.pages.overview}>
            {t.overview.headline(live.value.length, all.length, isPartial.value)}
          </Heading>
          {all.length > 0 && (
            <p>{t.overview.under(troubled.value.length, unknown.value.length, silent.value.length)}</p>
          )}
        </div>
        <dl class="figures">
          <Figure name={t.overview.changes} value={rate(all.reduce((sum, copy) => sum + copy.rate, 0))} />
          <Figure
            name={t.overview.behind}
            value={behind === 0 ? t.none : duration(behind)}
            warn={behind > 2_000}
          />
          <Figure name={t.pages.setAside} value={String(setAside.value)} warn={setAside.value > 0} />
          <Figure name={t.pages.letters} value={String(letters.value)} warn={letters.value > 0} />
        </dl>
      </div>
      <div class="stack">
        <Denied />
        <Hindered />
        {modules.value.length === 0 ? (
          <div class="card">
            <Empty>{t.overview.noModules}</Empty>
          </div>
        ) : (
          <ModuleMap modules={modules.value} copies={all} only={query.value.get('module')} />
        )}
        <Attention all={[...troubled.value, ...unknown.value]} />
        {(all.length > 0 || denied.value.length === 0) && <CopiesTable all={all} />}
      </div>
    </>
  );
}

/** Modules that tell this console nothing, with what is to be done there. */
function Denied() {
  const [first, ...others] = denied.value;
  if (!first) return null;
  return (
    <div class="note bad" role="status">
      <p>{first.why ?? t.module.denied(first.name)}</p>
      {others.length > 0 && <p>{t.module.deniedToo(others.map(({ name }) => name))}</p>}
    </div>
  );
}

const SAID = 3;

/** Modules that are there and cannot answer, each with its reason: what is missing may be nothing of theirs. */
function Hindered() {
  const reasons = reasonsOf(hindered.value);
  if (reasons.length === 0) return null;
  return (
    <div class="note warn" role="status">
      {reasons.slice(0, SAID).map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      {reasons.length > SAID && <p>{t.overview.hinderedToo}</p>}
    </div>
  );
}

/** What several modules say of themselves in the same words is said once. */
function reasonsOf(all: readonly ModuleState[]): string[] {
  const said = Map.groupBy(all, ({ name, why }) =>
    why?.startsWith(`${name} cannot `) ? why.slice(name.length) : (why ?? ''),
  );
  return [...said].map(([reason, same]) =>
    reason.startsWith(' cannot ') ? t.names(same.map(({ name }) => name)) + reason : reason,
  );
}

function Figure({ name, value, warn = false }: { name: string; value: string; warn?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={warn ? 'warn' : ''}>{value}</dd>
    </div>
  );
}

function Attention({ all }: { all: readonly CopyState[] }) {
  const [whole, setWhole] = useState(false);
  if (all.length === 0) return null;
  const shown = whole ? all : all.slice(0, FIRST);
  return (
    <section aria-label={t.overview.attention}>
      <div class="row between" style={{ marginBottom: '10px' }}>
        <h2>{t.overview.attention}</h2>
        {all.length > FIRST && !whole && (
          <button type="button" class="button small" onClick={() => setWhole(true)}>
            {t.all(all.length)}
          </button>
        )}
      </div>
      <div class="card flush list">
        {shown.map((copy) => (
          <A key={copy.id} to={copyPath(copy)} class="need" data-row>
            <StateMark state={copy.state} />
            <Wants copy={copy} />
            <span class="why">{t.reason(copy)}</span>
          </A>
        ))}
      </div>
    </section>
  );
}

function Wants({ copy: { requester, collection, owner } }: { copy: CopyState }) {
  const [one, wants, two, from, three] = t.overview.wants(requester, collection, owner);
  return (
    <span>
      <b>{one}</b>
      {wants}
      <b>{two}</b>
      {from}
      <b>{three}</b>
    </span>
  );
}
