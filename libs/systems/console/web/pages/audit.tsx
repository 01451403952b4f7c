import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../texts.ts';
import { Missing, missingOf, None } from '../ui/missing.tsx';
import type { Page } from '../ui/join-pages.ts';
import { Act, Ago, Heading, Loaded } from '../ui/parts.tsx';
import { usePages } from '../ui/use-pages.ts';

const PAGE = 100;

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
  const listed = usePages<Entry, Page<Entry>>(
    (cursor) => {
      const wanted = new URLSearchParams({ take: String(PAGE) });
      if (cursor !== null) wanted.set('cursor', cursor);
      return api<Page<Entry>>(`audit?${wanted}`);
    },
    [missingOf([]).join()],
  );
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.audit.heading} />
          <p>{t.audit.under}</p>
        </div>
      </div>
      <Loaded asked={listed}>
        {({ items, cursor, missing, truncated }) => (
          <div class="stack">
            <Missing missing={missingOf(missing)} truncated={truncated === true} more={t.truncated} />
            <div class="card flush">
              {items.length === 0 ? (
                <None lacks={missingOf(missing).length > 0}>{t.audit.nothing}</None>
              ) : (
                <Entries items={items} from={listed.from} />
              )}
            </div>
            {cursor !== null && (
              <p class="empty">
                <Act kind="small" run={listed.older}>
                  {t.older}
                </Act>
              </p>
            )}
          </div>
        )}
      </Loaded>
    </>
  );
}

/** @param from the first of the entries that were added last: the focus goes there, since the button has moved below them */
function Entries({ items, from }: { items: readonly Entry[]; from: number | null }) {
  const added = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (from !== null) added.current?.focus();
  }, [from]);
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
            <tr key={at} {...(at === from ? { ref: added, tabIndex: -1 } : {})}>
              <td class="dim nowrap">
                <Ago at={entry.at} />
              </td>
              <td class="strong grow">{entry.who ?? t.audit.nobody}</td>
              <td class="wide">{entry.module}</td>
              <td class="mono whole asked" style={{ overflowWrap: 'anywhere' }}>
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
