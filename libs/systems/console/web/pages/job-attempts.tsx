import { count, duration, moment } from '../format.ts';
import { t } from '../texts.ts';
import { SystemMark } from '../ui/state-mark.tsx';

/** Why a run, or a job, has failed. */
export interface Cause {
  class: string;
  code: string;
  message: string;
  line?: number;
  column?: number;
  log?: string;
}

/** One run of a job. */
export interface JobAttempt {
  number: number;
  runId: string;
  backend: string;
  startedAt: string;
  endedAt: string | null;
  outcome: string | null;
  cause: Cause | null;
}

/** A cause with its line and the end of its log. */
export function CauseOf({ cause }: { cause: Cause }) {
  return (
    <div class="note bad" role="status">
      <p>
        <b>{t.jobs.cause}</b>: {cause.message}{' '}
        {cause.line !== undefined && (
          <span class="dim">{t.jobs.place(cause.line, cause.column ?? null)}</span>
        )}
      </p>
      <p class="dim small mono">
        {cause.class} {cause.code}
      </p>
      {cause.log && (
        <details>
          <summary>{t.jobs.log}</summary>
          <pre class="code" tabIndex={0} role="region" aria-label={t.jobs.log}>
            {cause.log}
          </pre>
        </details>
      )}
    </div>
  );
}

/** Every run, what came of it, and how long it took. */
export function Attempts({ attempts }: { attempts: readonly JobAttempt[] }) {
  return (
    <section class="card flush">
      <h2 class="pad">
        {t.jobs.attempts} <span class="count">{attempts.length}</span>
      </h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={t.jobs.attempts}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.jobs.run}</th>
              <th scope="col">{t.jobs.outcome}</th>
              <th scope="col">{t.jobs.backend}</th>
              <th scope="col" class="num">
                {t.jobs.took}
              </th>
              <th scope="col" class="wide">
                {t.jobs.cause}
              </th>
            </tr>
          </thead>
          <tbody>
            {attempts.slice(-50).map((attempt) => (
              <tr key={attempt.runId}>
                <td>{count(attempt.number)}</td>
                <td>
                  <SystemMark
                    state={(attempt.outcome ?? t.jobs.running).replaceAll('-', '')}
                    text={(attempt.outcome ?? t.jobs.running).replaceAll('-', ' ')}
                  />
                </td>
                <td>{attempt.backend}</td>
                <td class="num" title={moment(attempt.startedAt)}>
                  {attempt.endedAt === null
                    ? t.jobs.running
                    : duration(Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt))}
                </td>
                <td class="wide">{attempt.cause?.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
