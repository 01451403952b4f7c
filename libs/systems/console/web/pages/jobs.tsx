import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { count } from '../format.ts';
import { now } from '../live.ts';
import { t } from '../texts.ts';
import { Act, Ago, Empty, Heading, Loaded, useAsked } from '../ui/parts.tsx';

interface Job {
  jobId: string;
  name: string | null;
  status: string;
  backend: string | null;
  attempt: number;
  createdAt: string;
  cause: { message?: string; line?: number } | null;
  progress: { done?: number; total?: number } | null;
}

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Cancelled', 'TimedOut', 'Expired']);
const LOOK_MS = 2_000;

export function JobsPage() {
  const [wanted, setWanted] = useState<string | null>(null);
  const asked = useAsked(
    () =>
      api<{
        items: { module: string; body: { items?: Job[] } | Job[] }[];
        missing: string[];
        unnamed?: string[];
      }>('jobs'),
    [Math.floor(now.value / LOOK_MS)],
  );
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.jobs.heading} />
          <p>{t.jobs.under}</p>
        </div>
      </div>
      <Loaded asked={asked}>
        {({ items, missing, unnamed = [] }) => {
          const jobs = items.flatMap(({ module, body }) =>
            (Array.isArray(body) ? body : (body.items ?? [])).map((job) => ({ ...job, module })),
          );
          const counts = Map.groupBy(jobs, ({ status }) => status);
          const shown = jobs.filter(({ status }) => wanted === null || status === wanted);
          return (
            <div class="stack">
              {missing.length > 0 && <p class="note warn">{t.missing(missing)}</p>}
              {unnamed.length > 0 && <p class="note warn">{t.unnamed(unnamed)}</p>}
              <div class="row">
                {[...counts].map(([status, same]) => (
                  <button
                    key={status}
                    type="button"
                    class="button small"
                    aria-pressed={wanted === status}
                    onClick={() => setWanted(wanted === status ? null : status)}
                  >
                    {status} <span class="count">{same.length}</span>
                  </button>
                ))}
              </div>
              <div class="card flush">
                {shown.length === 0 ? (
                  <Empty>{t.jobs.nothing}</Empty>
                ) : (
                  <JobTable jobs={shown} again={asked.again} />
                )}
              </div>
            </div>
          );
        }}
      </Loaded>
    </>
  );
}

function JobTable({
  jobs,
  again,
}: {
  jobs: readonly (Job & { module: string })[];
  again: () => Promise<void>;
}) {
  const act = async (job: Job & { module: string }, what: 'cancel' | 'retry'): Promise<string> => {
    await api(`jobs/${job.module}/${job.jobId}/${what}`, 'POST', {});
    await again();
    return t.jobs.asked;
  };
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t.jobs.heading}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.jobs.name}</th>
            <th scope="col">{t.jobs.state}</th>
            <th scope="col" class="wide">
              {t.jobs.backend}
            </th>
            <th scope="col" class="num wide">
              {t.jobs.attempts}
            </th>
            <th scope="col" class="num">
              {t.jobs.age}
            </th>
            <th>
              <span class="sr">{t.jobs.cancel}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.jobId}>
              <td>
                <span class="strong">{job.name ?? job.jobId}</span>
                {job.cause?.message && <div class="bad small">{job.cause.message}</div>}
              </td>
              <td class={job.status === 'Succeeded' ? 'ok' : job.status === 'Failed' ? 'bad' : ''}>
                {job.status}
                {job.progress?.total ? (
                  <progress aria-label={job.status} max={job.progress.total} value={job.progress.done ?? 0} />
                ) : null}
              </td>
              <td class="wide">{job.backend}</td>
              <td class="num wide">{count(job.attempt)}</td>
              <td class="num">
                <Ago at={job.createdAt} />
              </td>
              <td class="num">
                <Act
                  kind="small"
                  disabled={!mayWrite()}
                  run={() => act(job, ENDED.has(job.status) ? 'retry' : 'cancel')}
                >
                  {ENDED.has(job.status) ? t.jobs.retry : t.jobs.cancel}
                </Act>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
