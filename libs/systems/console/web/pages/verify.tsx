import { useEffect, useState } from 'preact/hooks';
import type { CopyState } from '../../src/ask/state.ts';
import { api, ApiError, mayWrite } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../texts.ts';
import { Act, Ago, Confirm } from '../ui/parts.tsx';

interface Report {
  state: string;
  startedAt: string | null;
  endedAt: string | null;
  tasks: ({
    task: string;
    checked: number;
    examples?: { id: string; kind: string; reason: string }[];
  } & Record<string, unknown>)[];
}

const COUNTS = ['equal', 'missing', 'stale', 'ghost', 'foreign', 'repaired'] as const;
const LOOK_MS = 1_000;

/** Compares a copy with its source, and repairs what differs. */
export function VerifyCard({ copy, path }: { copy: CopyState; path: string }) {
  const [report, setReport] = useState<Report | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [repairing, setRepairing] = useState(false);
  const isRunning = report !== null && report.state !== 'never' && report.endedAt === null;
  const look = async (): Promise<void> => {
    try {
      setReport(await api<Report>(`${path}/verify`));
      setError(null);
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 404) return;
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  useEffect(() => void look(), [copy.id, copy.stale === null]);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  const start = async (repair: boolean): Promise<string | null> => {
    setReport(await api<Report>(`${path}/verify`, 'POST', { repair, task: copy.task }));
    return null;
  };
  const own = report?.tasks.find(({ task }) => task.toLowerCase() === copy.task.toLowerCase());
  const differs = COUNTS.slice(1, 4).some((name) => Number(own?.[name] ?? 0) > 0);
  return (
    <section class="card">
      <header>
        <div>
          <h2>{t.copy.verify}</h2>
          <p class="dim small">{t.copy.verifyUnder}</p>
        </div>
        <div class="row">
          {differs && !isRunning && (
            <button
              type="button"
              class="button small"
              disabled={!mayWrite()}
              onClick={() => setRepairing(true)}
            >
              {t.copy.repair}
            </button>
          )}
          <Act kind="small" disabled={!mayWrite() || isRunning} run={() => start(false)}>
            {isRunning ? t.copy.comparing : t.copy.compare}
          </Act>
        </div>
      </header>
      {error !== null && <p class="note bad">{error}</p>}
      {own ? (
        <div class="stack">
          <dl class="figures quiet">
            {COUNTS.map((name) => (
              <div key={name}>
                <dt>{t.copy.outcomes[name]}</dt>
                <dd
                  class={name !== 'equal' && name !== 'repaired' && Number(own[name] ?? 0) > 0 ? 'warn' : ''}
                >
                  {count(Number(own[name] ?? 0))}
                </dd>
              </div>
            ))}
            <div>
              <dt>{t.copy.asked}</dt>
              <dd>
                <Ago at={report?.startedAt ?? null} />
              </dd>
            </div>
          </dl>
          {(own.examples ?? []).length > 0 && (
            <div class="scroll" tabIndex={0} role="region" aria-label={t.copy.verify}>
              <table class="inset">
                <tbody>
                  {(own.examples ?? []).slice(0, 20).map(({ id, kind, reason }) => (
                    <tr key={`${kind} ${id}`}>
                      <td class="mono">{id}</td>
                      <td>{kind}</td>
                      <td class="dim">{reason}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      ) : (
        error === null && <p class="dim">{t.copy.neverCompared}</p>
      )}
      {repairing && (
        <Confirm
          heading={t.copy.repairing.heading}
          text={t.copy.repairing.text(copy.owner, copy.requester)}
          button={t.copy.repairing.button}
          onClose={() => setRepairing(false)}
          run={() => start(true)}
        />
      )}
    </section>
  );
}
