import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { count, rate } from '../format.ts';
import { now } from '../live.ts';
import { A, query } from '../router.tsx';
import { t } from '../texts.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Act, Heading, Loaded, useAsked } from '../ui/parts.tsx';
import { SystemMark } from '../ui/state-mark.tsx';
import { useList } from '../ui/use-list.ts';
import { Definition } from './pipeline-definition.tsx';
import { History } from './pipeline-history.tsx';
import { Letters, type Letter } from './pipeline-letters.tsx';
import type { PipelineItem } from './pipelines.tsx';

/** A pipeline as its module shows it. */
export interface Pipeline {
  pipelineId: string;
  name: string;
  version: number;
  state: string;
  reason: string | null;
  definition: { source?: Step; transforms?: Step[]; sink?: Step } | null;
  run: {
    node: string | null;
    epoch: number;
    delivery: string | null;
    lastError: string | null;
    phase: string;
  };
  progress: {
    read: number;
    written: number;
    filtered: number;
    lag: number | null;
    recordsPerSecond: number;
  };
}

interface Step {
  type?: string;
}

interface Found {
  module: string;
  body: Pipeline;
  yaml?: string;
}

/** What may be asked for in each state. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  Configured: ['start'],
  Running: ['pause', 'stop', 'restart'],
  Paused: ['resume', 'stop'],
  Stopped: ['start'],
  Completed: ['start'],
  Failed: ['start'],
};
const ICONS: Readonly<Record<string, IconName>> = {
  start: 'run',
  resume: 'run',
  pause: 'pause',
  stop: 'stop',
  restart: 'again',
};
const LOOK_MS = 5_000;
const MOST_LETTERS = 200;

export function PipelinePage({ parts: [id = ''] }: { parts: string[] }) {
  const module = query.value.get('module');
  const [asOf, setAsOf] = useState<number | null>(null);
  const inList = useList<PipelineItem>('pipelines')?.items.find(
    (one) => one.pipelineId === id && (module === null || one.module === module),
  );
  const key = inList ? JSON.stringify(inList) : Math.floor(now.value / LOOK_MS);
  const asked = useAsked(() => {
    const wanted = new URLSearchParams(module === null ? {} : { module });
    if (asOf !== null) wanted.set('asOf', `version=${asOf}`);
    return api<Found>(`pipelines/${encodeURIComponent(id)}?${wanted}`);
  }, [id, module, asOf, asOf === null ? key : 0]);
  const pipeline = asked.value?.body;
  const path = `pipelines/${encodeURIComponent(asked.value?.module ?? '')}/${encodeURIComponent(id)}`;
  const move = async (what: string): Promise<string | null> => {
    await api(`${path}/${what}`, 'POST', {});
    await asked.again();
    return t.pipelines.moved[what] ?? null;
  };
  return (
    <>
      <p class="crumbs">
        <A to="/pipelines">{t.pipelines.heading}</A> / {asked.value?.module}
      </p>
      <div class="headline">
        <div>
          <Heading title={pipeline?.name ?? id} />
          {pipeline && (
            <div class="facts">
              <SystemMark state={pipeline.state} />
              <span>{t.pipelines.version(pipeline.version)}</span>
              {pipeline.run.delivery && (
                <span>{t.pipelines.delivery[pipeline.run.delivery] ?? pipeline.run.delivery}</span>
              )}
              {pipeline.run.node && <span>{t.pipelines.on(pipeline.run.node)}</span>}
            </div>
          )}
        </div>
        {pipeline && asOf === null && (
          <div class="row">
            {(MOVES[pipeline.state] ?? []).map((what) => (
              <Act key={what} disabled={!mayWrite()} run={() => move(what)}>
                <Icon name={ICONS[what] ?? 'run'} /> {t.pipelines.moves[what]}
              </Act>
            ))}
          </div>
        )}
      </div>
      <Loaded asked={asked}>
        {(found) => (
          <div class="stack">
            {asOf !== null && <p class="note info">{t.pipelines.asOfNote(found.body.version)}</p>}
            {(found.body.reason ?? found.body.run.lastError) && (
              <p class={`note ${found.body.state === 'Failed' ? 'bad' : 'warn'}`} role="status">
                {found.body.reason ?? found.body.run.lastError}
              </p>
            )}
            <Whole found={found} path={path} letters={inList?.letters ?? 0} live={asOf === null} />
            <History
              path={path}
              version={found.body.version}
              sequence={inList?.sequence ?? 0}
              asOf={asOf}
              onAsOf={setAsOf}
            />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Whole({
  found,
  path,
  letters: many,
  live,
}: {
  found: Found;
  path: string;
  letters: number;
  live: boolean;
}) {
  const { body, module, yaml } = found;
  const letters = useAsked(
    () => api<Letter[]>(`${path}/dead-letters?take=${MOST_LETTERS}`),
    [path, many, body.state],
  );
  const checkpoint = useAsked(
    () => api<{ position: Record<string, unknown>; batch: number; epoch: number }>(`${path}/checkpoint`),
    [path, body.progress.read, body.state],
  );
  return (
    <>
      {live && (
        <>
          <Line pipeline={body} letters={letters.value ?? []} />
          <section class="card">
            <header>
              <h2>{t.pipelines.position}</h2>
              {checkpoint.value && (
                <span class="dim small">
                  {t.pipelines.checkpoint(count(checkpoint.value.batch), count(checkpoint.value.epoch))}
                </span>
              )}
            </header>
            <Loaded asked={checkpoint}>
              {({ position }) => {
                const places = Object.entries(position).slice(0, 20);
                return places.length === 0 ? (
                  <p class="dim">{t.pipelines.noPosition}</p>
                ) : (
                  <dl class="figures quiet">
                    {places.map(([partition, place]) => (
                      <div key={partition}>
                        <dt class="mono">{partition}</dt>
                        <dd class="mono small">{JSON.stringify(place)}</dd>
                      </div>
                    ))}
                  </dl>
                );
              }}
            </Loaded>
          </section>
          <Letters path={path} asked={letters} />
        </>
      )}
      <Definition module={module} definition={body.definition} yaml={yaml ?? ''} key={`${body.version}`} />
    </>
  );
}

/** Source, steps and sink, with what each has let through and what it could not process. */
function Line({ pipeline, letters }: { pipeline: Pipeline; letters: readonly Letter[] }) {
  const { definition, progress, state } = pipeline;
  const atStep = (where: (step: string) => boolean): number =>
    letters.filter(({ step }) => where(step)).length;
  const steps = definition?.transforms ?? [];
  const points = [
    {
      name: definition?.source?.type ?? '',
      n: count(progress.read),
      under: t.pipelines.waiting(progress.lag),
      bad: atStep((step) => step === 'source' || step === 'schema'),
    },
    ...steps.map(({ type = '' }, index) => ({
      name: t.pipelines.step(type, index),
      n: '',
      under: type === 'filter' && steps.length === 1 ? t.pipelines.filtered(count(progress.filtered)) : '',
      bad: atStep((step) => step === `transforms/${index}`),
    })),
    {
      name: definition?.sink?.type ?? '',
      n: count(progress.written),
      under: t.pipelines.writtenAt(rate(progress.recordsPerSecond)),
      bad: atStep((step) => step === 'sink'),
    },
  ];
  const kind = state === 'Running' || state === 'Completed' ? '' : state === 'Failed' ? 'ended' : 'resting';
  return (
    <section class="card" aria-label={t.pipelines.line}>
      <ol class={`track steps ${kind}`}>
        {points.map(({ name, n, under, bad }, index) => (
          <li key={index} class={index === 0 || index === points.length - 1 ? 'end' : ''}>
            <b>{name}</b>
            {n !== '' && <span class="n">{n}</span>}
            <span class="dim">{under}</span>
            {bad > 0 && <span class="warn small">{t.pipelines.lettersAt(bad)}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
