import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../texts.ts';
import { Missing, missingOf, None } from '../ui/missing.tsx';
import { Ago, Heading, Loaded, useAsked } from '../ui/parts.tsx';

interface Entry {
  at: string;
  module: string;
  who: string | null;
  action: string;
  target: string;
  outcome: string;
  status: number;
  reason: string | null;
}

export function AuditPage() {
  const [take, setTake] = useState(50);
  const asked = useAsked(
    () =>
      api<{ items: Entry[]; cursor: string | null; missing: string[]; truncated?: boolean }>(
        `audit?take=${take}`,
      ),
    [take, missingOf([]).join()],
  );
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.audit.heading} />
          <p>{t.audit.under}</p>
        </div>
      </div>
      <Loaded asked={asked}>
        {({ items, cursor, missing, truncated }) => (
          <div class="stack">
            <Missing missing={missingOf(missing)} truncated={truncated === true} more={t.truncated} />
            <div class="card flush">
              {items.length === 0 ? (
                <None lacks={missingOf(missing).length > 0}>{t.audit.nothing}</None>
              ) : (
                <Entries items={items} />
              )}
            </div>
            {cursor !== null && take < 100 && (
              <p class="empty">
                <button type="button" class="button small" onClick={() => setTake(100)}>
                  {t.audit.more}
                </button>
              </p>
            )}
          </div>
        )}
      </Loaded>
    </>
  );
}

function Entries({ items }: { items: readonly Entry[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t.audit.heading}>
      <table class="stacked">
        <thead>
          <tr>
            <th scope="col">{t.audit.when}</th>
            <th scope="col">{t.audit.who}</th>
            <th scope="col" class="wide">
              {t.audit.where}
            </th>
            <th scope="col">{t.audit.what}</th>
            <th scope="col">{t.audit.outcome}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((entry, at) => (
            <tr key={at}>
              <td class="dim">
                <Ago at={entry.at} />
              </td>
              <td class="strong grow">{entry.who ?? t.audit.nobody}</td>
              <td class="wide">{entry.module}</td>
              <td class="mono whole" style={{ overflowWrap: 'anywhere' }}>
                {entry.action} {entry.target}
              </td>
              <td class="whole">
                <span class={entry.outcome === 'allowed' ? 'ok' : 'bad'}>
                  {t.audit.decision[entry.outcome] ?? entry.outcome}
                </span>{' '}
                <span class="dim">{entry.status}</span>
                {entry.reason && <div class="dim small">{entry.reason}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
