import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { count } from '../format.ts';
import { now } from '../live.ts';
import { A } from '../router.tsx';
import { t } from '../texts.ts';
import { Missing, None } from '../ui/missing.tsx';
import { Ago, Heading, Loaded, useAsked } from '../ui/parts.tsx';
import { SystemMark } from '../ui/state-mark.tsx';
import { useList } from '../ui/use-list.ts';

/** A job as the list has it. */
export interface JobItem {
  key: string;
  module: string;
  jobId: string;
  name: string | null;
  status: string;
  backend: string | null;
  rule: string | null;
  attempt: number | null;
  createdAt: string;
  progress: { done: number | null; total: number | null };
  cause: string | null;
}

interface Backend {
  key: string;
  module: string;
  name: string | null;
  available: boolean;
  reason: string | null;
  breaker: string | null;
  kinds: string[];
  running: number | null;
  queued: number | null;
  limit: number | null;
}

const BACKENDS_MS = 5_000;

export function JobsPage() {
  const [wanted, setWanted] = useState<string | null>(null);
  const list = useList<JobItem>('jobs');
  const jobs = list?.items ?? [];
  const counts = Map.groupBy(jobs, ({ status }) => status);
  const shown = jobs.filter(({ status }) => wanted === null || status === wanted);
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.jobs.heading} />
          <p>{t.jobs.under}</p>
        </div>
      </div>
      <div class="stack">
        {list === null ? (
          <div class="skeleton" aria-hidden="true" />
        ) : (
          <>
            <Missing {...list} more={t.jobs.truncated} />
            {counts.size > 0 && (
              <div class="counts fit">
                {[...counts].map(([status, same]) => (
                  <button
                    key={status}
                    type="button"
                    aria-pressed={wanted === status}
                    onClick={() => setWanted(wanted === status ? null : status)}
                  >
                    <b>{count(same.length)}</b>
                    <SystemMark state={status} />
                  </button>
                ))}
              </div>
            )}
            <div class="card flush">
              {shown.length === 0 ? (
                <None lacks={jobs.length === 0 && list.missing.length + list.unnamed.length > 0}>
                  {jobs.length === 0 ? t.jobs.nothing : t.jobs.noMatch}
                </None>
              ) : (
                <JobTable jobs={shown} />
              )}
            </div>
          </>
        )}
        <Backends />
      </div>
    </>
  );
}

export function jobPath({ module, jobId }: { module: string; jobId: string }): string {
  return `/jobs/${encodeURIComponent(jobId)}?module=${encodeURIComponent(module)}`;
}

function JobTable({ jobs }: { jobs: readonly JobItem[] }) {
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
            <th scope="col" class="wide">
              {t.jobs.progress}
            </th>
            <th scope="col" class="num wide">
              {t.jobs.attempts}
            </th>
            <th scope="col" class="num">
              {t.jobs.age}
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.key} class="go-row">
              <td>
                <A class="to" to={jobPath(job)} data-row>
                  {job.name ?? job.jobId}
                </A>
                {job.cause !== null && <div class="bad small clip">{job.cause}</div>}
              </td>
              <td>
                <SystemMark state={job.status} />
              </td>
              <td class="wide">
                {job.backend} <span class="dim small">{t.jobs.rule(job.rule)}</span>
              </td>
              <td class="wide">
                <Progress job={job} />
              </td>
              <td class="num wide">{count(job.attempt)}</td>
              <td class="num">
                <Ago at={job.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Progress({ job: { name, progress } }: { job: Pick<JobItem, 'name' | 'progress'> }) {
  const { done, total } = progress;
  if (done === null) return <span class="dim">{t.none}</span>;
  return (
    <span class="row">
      {total !== null && total > 0 && (
        <progress aria-label={`${t.jobs.progress}: ${name ?? ''}`} max={total} value={done} />
      )}
      <span class="dim small">{t.jobs.done(count(done), total === null ? null : count(total))}</span>
    </span>
  );
}

function Backends() {
  const asked = useAsked(() => api<{ items: Backend[] }>('backends'), [Math.floor(now.value / BACKENDS_MS)]);
  if (asked.value?.items.length === 0) return null;
  return (
    <section class="card flush">
      <h2 class="pad">{t.jobs.backends}</h2>
      <Loaded asked={asked}>
        {({ items }) => (
          <div class="scroll" tabIndex={0} role="region" aria-label={t.jobs.backends}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t.jobs.backend}</th>
                  <th scope="col">{t.jobs.state}</th>
                  <th scope="col" class="wide">
                    {t.jobs.breaker}
                  </th>
                  <th scope="col" class="wide">
                    {t.jobs.kinds}
                  </th>
                  <th scope="col" class="num">
                    {t.jobs.runningNow}
                  </th>
                  <th scope="col" class="num">
                    {t.jobs.queued}
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((backend) => (
                  <tr key={backend.key}>
                    <td>
                      <span class="strong">{backend.name}</span>{' '}
                      <span class="dim small">{backend.module}</span>
                      {backend.reason && <div class="dim small">{backend.reason}</div>}
                    </td>
                    <td>
                      <SystemMark
                        state={backend.available ? 'ready' : 'away'}
                        text={backend.available ? t.jobs.available : t.jobs.unavailable}
                      />
                    </td>
                    <td class="wide">{t.jobs.breakers[backend.breaker ?? ''] ?? backend.breaker}</td>
                    <td class="wide">{backend.kinds.join(', ')}</td>
                    <td class="num">{t.jobs.done(count(backend.running), count(backend.limit))}</td>
                    <td class="num">{count(backend.queued)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </section>
  );
}
