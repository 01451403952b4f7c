import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { bytes, count, duration, moment } from '../format.ts';
import { now } from '../live.ts';
import { A, navigate, query } from '../router.tsx';
import { t } from '../texts.ts';
import { Icon } from '../ui/icons.tsx';
import { Json } from '../ui/json.tsx';
import { Act, Ago, Confirm, Heading, Loaded, useAsked } from '../ui/parts.tsx';
import { SystemMark } from '../ui/state-mark.tsx';
import { useList } from '../ui/use-list.ts';
import { Attempts, CauseOf, type Cause, type JobAttempt } from './job-attempts.tsx';
import { jobPath, Progress, type JobItem } from './jobs.tsx';

interface Size {
  documents: number;
  bytes: number;
}

interface Job {
  jobId: string;
  name: string | null;
  status: string;
  backend: string | null;
  backendReason: { considered?: { backend: string; available: boolean; why: string }[] } | null;
  transformation: Record<string, unknown> & { kind?: string };
  attempts?: JobAttempt[];
  progress: { done: number | null; total: number | null } | null;
  input: Size | null;
  result: (Size & { failed: number; cached: boolean; expiresAt: string }) | null;
  cause: Cause | null;
  cancel: { reason: string | null; proof: { source: string; observed: string; at: string } | null } | null;
  transitions?: { status: string; at: string; by: string }[];
  submittedBy: string;
  priority: number;
  labels?: string[];
  createdAt: string;
}

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Cancelled', 'TimedOut']);
const LOOK_MS = 5_000;

export function JobPage({ parts: [id = ''] }: { parts: string[] }) {
  const module = query.value.get('module');
  const inList = useList<JobItem>('jobs')?.items.find(({ jobId }) => jobId === id);
  const [cancelling, setCancelling] = useState(false);
  // What the list says has changed; a job that is too old for it does not change any more, or seldom.
  const key = inList ? JSON.stringify(inList) : Math.floor(now.value / LOOK_MS);
  const asked = useAsked(
    () =>
      api<{ module: string; body: Job }>(
        `jobs/${encodeURIComponent(id)}${module === null ? '' : `?module=${encodeURIComponent(module)}`}`,
      ),
    [id, module, key],
  );
  const job = asked.value?.body;
  const title = job?.name ?? id;
  const path = `jobs/${encodeURIComponent(asked.value?.module ?? '')}/${encodeURIComponent(id)}`;
  const retry = async (): Promise<string> => {
    const { jobId } = await api<{ jobId: string }>(`${path}/retry`, 'POST', {});
    navigate(jobPath({ module: asked.value?.module ?? '', jobId }));
    return t.jobs.retried;
  };
  return (
    <>
      <p class="crumbs">
        <A to="/jobs">{t.jobs.heading}</A> / {asked.value?.module}
      </p>
      <div class="headline">
        <div>
          <Heading title={title} />
          {job && (
            <div class="facts">
              <SystemMark state={job.status} />
              {job.backend && <span>{job.backend}</span>}
              <Ago at={job.createdAt} />
              <span class="mono small">{job.jobId}</span>
            </div>
          )}
        </div>
        {job &&
          (ENDED.has(job.status) ? (
            <Act disabled={!mayWrite()} run={retry}>
              <Icon name="again" /> {t.jobs.retry}
            </Act>
          ) : (
            <button
              type="button"
              class="button"
              disabled={!mayWrite() || job.status === 'Cancelling'}
              onClick={() => setCancelling(true)}
            >
              <Icon name="cross" /> {t.jobs.cancel}
            </button>
          ))}
      </div>
      <Loaded asked={asked}>{({ body }) => <Whole job={body} />}</Loaded>
      {cancelling && (
        <Confirm
          heading={t.jobs.cancelling.heading(title)}
          text={t.jobs.cancelling.text}
          button={t.jobs.cancelling.button}
          danger
          onClose={() => setCancelling(false)}
          run={async () => {
            await api(`${path}/cancel`, 'POST', {});
            await asked.again();
            return t.jobs.cancelling.done;
          }}
        />
      )}
    </>
  );
}

function Whole({ job }: { job: Job }) {
  return (
    <div class="stack">
      {job.cause && <CauseOf cause={job.cause} />}
      {job.cancel && (
        <p class="note warn" role="status">
          {t.jobs.asked(job.cancel.reason)}{' '}
          {job.cancel.proof
            ? t.jobs.proved(job.cancel.proof.source, job.cancel.proof.observed)
            : ENDED.has(job.status)
              ? ''
              : t.jobs.noProof}
        </p>
      )}
      <Transitions job={job} />
      <section class="card">
        <dl class="figures quiet">
          {figuresOf(job).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {(job.attempts ?? []).length > 0 && <Attempts attempts={job.attempts ?? []} />}
      <div class="split even">
        <section class="card">
          <header>
            <h2>{t.jobs.transformation}</h2>
            <span class="chip plain">{job.transformation?.kind}</span>
          </header>
          <Transformation of={job.transformation ?? {}} />
        </section>
        {(job.backendReason?.considered ?? []).length > 0 && (
          <section class="card" aria-label={t.jobs.why}>
            <header>
              <h2>{t.jobs.why}</h2>
            </header>
            <dl class="keys">
              {(job.backendReason?.considered ?? []).map(({ backend, available, why }) => (
                <>
                  <dt class="strong">{backend}</dt>
                  <dd class="dim">{t.jobs.considered(available, why)}</dd>
                </>
              ))}
            </dl>
          </section>
        )}
      </div>
    </div>
  );
}

function figuresOf(job: Job): [string, preact.ComponentChildren][] {
  const { input, result, progress } = job;
  return [
    [t.jobs.input, input ? t.jobs.size(input.documents, bytes(input.bytes)) : t.none],
    [
      t.jobs.result,
      result ? (
        <>
          {t.jobs.size(result.documents, bytes(result.bytes))} {result.cached && t.jobs.cached}
        </>
      ) : (
        t.none
      ),
    ],
    ...(result
      ? ([
          [t.jobs.failed, <span class={result.failed > 0 ? 'warn' : ''}>{count(result.failed)}</span>],
          [t.jobs.until, moment(result.expiresAt)],
        ] as [string, preact.ComponentChildren][])
      : []),
    ...(progress
      ? ([[t.jobs.progress, <Progress job={{ name: job.name, progress }} />]] as [
          string,
          preact.ComponentChildren,
        ][])
      : []),
    [t.jobs.submittedBy, job.submittedBy],
    [t.jobs.priority, count(job.priority)],
    ...((job.labels ?? []).length > 0
      ? ([[t.jobs.labels, job.labels?.join(', ')]] as [string, preact.ComponentChildren][])
      : []),
  ];
}

/** What happened as a line of time, with how long each state lasted. */
function Transitions({ job: { transitions = [], status } }: { job: Job }) {
  const all = transitions.slice(-8);
  return (
    <section class="card" aria-label={t.jobs.transitions}>
      <header>
        <h2>{t.jobs.transitions}</h2>
      </header>
      <ol class={`track steps ${status === 'Succeeded' ? '' : ENDED.has(status) ? 'ended' : 'going'}`}>
        {all.map(({ status: to, at, by }, index) => {
          const next = all[index + 1];
          return (
            <li key={index} class={index === 0 || index === all.length - 1 ? 'end' : ''}>
              <b>{t.jobs.status(to)}</b>
              <span class="dim" title={moment(at)}>
                {next ? duration(Date.parse(next.at) - Date.parse(at)) : <Ago at={at} />}
              </span>
              <span class="dim">{t.jobs.by(by)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Transformation({ of }: { of: Job['transformation'] }) {
  const text = [of['script'], of['sql']].find((one) => typeof one === 'string');
  return <Json text={typeof text === 'string' ? text : JSON.stringify(of)} label={t.jobs.transformation} />;
}
