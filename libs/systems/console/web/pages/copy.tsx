import { useState } from 'preact/hooks';
import type { CopyState } from '../../src/ask/state.ts';
import { api, mayWrite } from '../api.ts';
import { count, rate } from '../format.ts';
import { copies, hindered, loaded, now, silent } from '../live.ts';
import { A } from '../router.tsx';
import { t } from '../texts.ts';
import { Icon } from '../ui/icons.tsx';
import { Behind, Confirm, Empty, Heading, useAsked } from '../ui/parts.tsx';
import { Plot } from '../ui/plot.tsx';
import { StateMark, toneOf } from '../ui/state-mark.tsx';
import { Freshness } from './copy-freshness.tsx';
import { SetAsideCard } from './set-aside.tsx';
import { VerifyCard } from './verify.tsx';

export function CopyPage({ parts: [requester = '', owner = '', task = ''] }: { parts: string[] }) {
  const wanted = `${owner}/${requester}/${task}`.toLowerCase();
  const copy = copies.value.find(({ id }) => id.toLowerCase() === wanted);
  const [asking, setAsking] = useState(false);
  if (!copy) {
    return (
      <>
        <Heading title={`${requester} ← ${owner} / ${task}`} />
        {loaded.value ? <Empty>{t.copy.gone}</Empty> : <div class="skeleton" aria-hidden="true" />}
      </>
    );
  }
  const path = `copies/${[copy.requester, copy.owner, copy.task].map(encodeURIComponent).join('/')}`;
  const generation = copy.in?.generation ?? copy.out?.generation ?? null;
  const begun = copy.in?.position !== null && copy.in !== null;
  return (
    <>
      <p class="crumbs">
        <A to="/copies">{t.pages.copies}</A> / <A to={`/modules/${copy.requester}`}>{copy.requester}</A>
      </p>
      <div class="headline">
        <div>
          <Heading title={`${copy.requester} ← ${copy.owner} / ${copy.task}`}>
            {copy.requester}{' '}
            <span class="dim">
              ← {copy.owner} / {copy.task}
            </span>
          </Heading>
          <div class="facts">
            <StateMark state={copy.state} />
            {copy.in?.engine && <span>{t.copy.engine(copy.in.engine)}</span>}
            {generation !== null && <span>{t.copy.generation(generation)}</span>}
            {copy.complete && copy.stale === null && <span>{t.copy.complete}</span>}
          </div>
        </div>
        <div class="row">
          <A class="button" to={`/scripts?owner=${copy.owner}&requester=${copy.requester}&task=${copy.task}`}>
            <Icon name="code" /> {t.copy.tryScript}
          </A>
          <button
            type="button"
            class="button"
            disabled={!mayWrite() || !begun || copy.stale !== null}
            onClick={() => setAsking(true)}
          >
            <Icon name="again" /> {t.copy.readAgain}
          </button>
        </div>
      </div>
      <div class="stack">
        <Notes copy={copy} />
        {begun ? <Whole copy={copy} path={path} /> : <NeverBegun />}
        <SetAsideCard copy={copy.id} many={copy.setAside} heading={t.copy.setAside} />
        {begun && <VerifyCard copy={copy} path={path} />}
      </div>
      {asking && (
        <Confirm
          heading={t.copy.resync.heading(copy.collection)}
          text={t.copy.resync.text(copy.owner, copy.requester, (generation ?? 0) + 1)}
          button={t.copy.resync.button}
          onClose={() => setAsking(false)}
          run={async () => {
            await api(`${path}/resync`, 'POST', {});
            return t.copy.resync.done(copy.owner);
          }}
        />
      )}
    </>
  );
}

function NeverBegun() {
  return (
    <div class="card">
      <p class="empty">
        {t.copy.neverBegun} {t.copy.neverBegunWhy}
      </p>
    </div>
  );
}

function Notes({ copy }: { copy: CopyState }) {
  const tone = toneOf(copy.state);
  const kind = tone === 'dim' ? 'warn' : tone;
  return (
    <>
      {(copy.state === 'Unknown' || copy.stale !== null) && (
        <p class="note warn" role="status">
          {hindered.value.some(({ name }) => name === copy.requester)
            ? t.staleThough(copy.requester, copy.stale)
            : t.stale(
                copy.requester,
                copy.stale === null ? null : now.value - Date.parse(copy.stale),
                copy.stale,
              )}
        </p>
      )}
      <OwnerStale copy={copy} />
      {copy.reason && (
        <p class={`note ${kind === 'ok' ? 'info' : kind}`} role="status">
          {t.reason(copy)}
        </p>
      )}
    </>
  );
}

/** What the owner's side shows is of when it answered last. */
function OwnerStale({ copy: { owner } }: { copy: CopyState }) {
  const module = silent.value.find(({ name }) => name === owner);
  if (!module || hindered.value.includes(module)) return null;
  const { seenAt } = module;
  return (
    <p class="note warn" role="status">
      {t.stale(owner, seenAt === null ? null : now.value - Date.parse(seenAt), seenAt)}
    </p>
  );
}

function Whole({ copy, path }: { copy: CopyState; path: string }) {
  const history = useAsked(
    () => api<{ items: { at: number; rate: number; behindMs: number | null }[] }>(`${path}/history`),
    [copy.id, Math.floor(now.value / 5_000)],
  );
  const items = history.value?.items ?? [];
  return (
    <div class={`stack ${copy.stale === null ? '' : 'gray'}`}>
      <Track copy={copy} />
      <div class="split two">
        <section class="card">
          <header>
            <h2>{t.copy.perSecond}</h2>
            <strong>{rate(copy.rate)}</strong>
          </header>
          <Plot
            points={items.map(({ at, rate: value }) => ({ at, value }))}
            label={t.copy.perSecondOf(rate(Math.max(0, ...items.map((one) => one.rate))))}
            unit="rate"
          />
        </section>
        <Freshness copy={copy} path={path} points={items.map(({ at, behindMs: value }) => ({ at, value }))} />
      </div>
      <Figures copy={copy} />
    </div>
  );
}

function Track({ copy }: { copy: CopyState }) {
  const { in: own, out } = copy;
  // Each side has heard of the others at another moment: nothing can be behind what it has passed.
  const known = [out?.sourceEtag, own?.sourceEtag, out?.position, own?.position];
  const source = Math.max(...known.map((one) => one ?? 0)) || null;
  const points = [
    { name: copy.owner, at: source, under: t.copy.newest },
    { name: t.copy.read, at: out?.position ?? own?.position ?? null, under: t.copy.byScript },
    { name: t.copy.sent, at: out?.confirmed ?? own?.position ?? null, under: t.copy.confirmed },
    { name: copy.requester, at: own?.position ?? null, under: t.copy.applied(copy.lag) },
  ];
  // The four numbers are of slightly different moments: amber only for what is late, or not live at all.
  const behind = copy.state !== 'Streaming' || (copy.behindMs ?? 0) > 2_000;
  return (
    <section class="card" aria-label={t.copy.track}>
      <ol class={`track ${behind ? 'behind' : ''}`} style={{ padding: '0' }}>
        {points.map(({ name, at, under }, index) => {
          const next = points[index + 1]?.at ?? null;
          const apart = at === null || next === null ? 0 : at - next;
          return (
            <li key={index} class={index === 0 || index === points.length - 1 ? 'end' : ''}>
              <b>{name}</b>
              <span class="n">{count(at)}</span>
              <span class="dim">{under}</span>
              {behind && apart > 0 && (
                <span class="leg" title={t.copy.apart(apart)}>
                  {count(apart)}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {copy.state === 'Snapshotting' && out?.total ? (
        <p class="row" style={{ marginTop: '14px' }}>
          <progress aria-label={t.state.Snapshotting} max={out.total} value={out.read ?? 0} />
          <span class="dim small">{t.copy.progress(count(out.read), count(out.total))}</span>
        </p>
      ) : null}
    </section>
  );
}

function Figures({ copy }: { copy: CopyState }) {
  const { in: own, out, request } = copy;
  const figures: [string, preact.ComponentChildren][] = [
    [t.copy.written, count(own?.applied ?? null)],
    [t.copy.deleted, count(own?.deleted ?? null)],
    [t.copy.readBy(copy.owner), count(out?.read ?? null)],
    [t.copies.behind, <Behind ms={copy.behindMs} />],
    [t.copy.deletes, out?.deletes ?? t.unknown],
    [t.copy.errors, count((own?.errors ?? 0) + (out?.errors ?? 0))],
    [t.copy.request, request ? t.copy.requestIs(request.state, request.revision) : t.unknown],
  ];
  return (
    <section class="card">
      <header>
        <h2>{t.copy.figures}</h2>
      </header>
      <dl class="figures quiet">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
