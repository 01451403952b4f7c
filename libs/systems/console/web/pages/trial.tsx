import { useState } from 'preact/hooks';
import { count } from '../format.ts';
import { t } from '../texts.ts';
import { Empty } from '../ui/parts.tsx';
import { FieldDiff } from '../ui/diff.tsx';
import { Json } from '../ui/json.tsx';

interface Command {
  type: string;
  id?: string;
  prefix?: string;
  collection?: string;
  fields?: unknown;
}

interface Previewed {
  id: string;
  status: string;
  commands: Command[];
  failure: { reason: string; line: number | null; column: number | null } | null;
  against: { outcome: string; copies: { id: string; change: string; before?: Command[] }[] } | null;
  source?: string;
  cut: boolean;
}

export interface PreviewedScript {
  running: { generation: number; same: boolean } | null;
  summary: {
    documents: number;
    copied: number;
    filtered: number;
    failed: number;
    changedCopies: number;
    newCopies: number;
    goneCopies: number;
  };
  documents: Previewed[];
  warnings?: string[];
}

type Filter = 'tried' | 'changed' | 'noCopy' | 'failed';

function isChanged({ against }: Previewed): boolean {
  return against?.copies.some(({ change }) => change !== 'same') ?? false;
}

const FILTERS: Record<Filter, (one: Previewed) => boolean> = {
  tried: () => true,
  changed: isChanged,
  noCopy: ({ status }) => status === 'filtered' || status === 'missing',
  failed: ({ status }) => status === 'failed',
};

/** What a script makes of documents, beside what the running one makes of them. */
export function Trial({ result, owner }: { result: PreviewedScript; owner: string }) {
  const [filter, setFilter] = useState<Filter>('tried');
  const [wanted, setWanted] = useState<string | null>(null);
  const shown = result.documents.filter(FILTERS[filter]);
  const document = shown.find(({ id }) => id === wanted) ?? shown[0];
  const names: Record<Filter, string> = {
    tried: t.scripts.tried,
    changed: t.scripts.changed,
    noCopy: t.scripts.noCopy,
    failed: t.scripts.failed,
  };
  return (
    <>
      <div class="stack" style={{ padding: '8px 16px 14px', gap: '10px' }}>
        <div class="counts">
          {(Object.keys(FILTERS) as Filter[]).map((name) => {
            const many = result.documents.filter(FILTERS[name]).length;
            return (
              <button key={name} type="button" aria-pressed={filter === name} onClick={() => setFilter(name)}>
                <b
                  class={many > 0 && name === 'failed' ? 'bad' : many > 0 && name === 'changed' ? 'info' : ''}
                >
                  {count(many)}
                </b>
                {names[name]}
              </button>
            );
          })}
        </div>
        {(result.warnings ?? []).map((warning) => (
          <p key={warning} class="note warn small">
            {warning}
          </p>
        ))}
      </div>
      <div class="trial">
        <ul aria-label={t.scripts.documents} tabIndex={0}>
          {shown.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                aria-current={one === document}
                onClick={() => setWanted(one.id)}
                onFocus={() => setWanted(one.id)}
                data-row
              >
                <span class="mono">{one.id}</span>
                <Chip document={one} />
              </button>
            </li>
          ))}
        </ul>
        <div>
          {document ? <One document={document} owner={owner} /> : <Empty>{t.scripts.nothingYet}</Empty>}
        </div>
      </div>
    </>
  );
}

function Chip({ document }: { document: Previewed }) {
  if (document.status === 'failed') return <span class="chip bad">{t.scripts.status['failed']}</span>;
  if (isChanged(document)) return <span class="chip">{t.scripts.status['changed']}</span>;
  return <span class="chip plain">{t.scripts.status[document.status] ?? document.status}</span>;
}

function One({ document, owner }: { document: Previewed; owner: string }) {
  const { failure, commands, against, source } = document;
  const puts = commands.filter(({ type }) => type === 'put');
  return (
    <>
      {failure && (
        <p class="note bad">
          {failure.line !== null && t.scripts.place(failure.line, failure.column)}
          {failure.reason}
        </p>
      )}
      {puts.map((put, at) => (
        <CopyDiff
          key={put.id ?? at}
          put={put}
          before={against?.copies.find(({ id }) => id === put.id)}
          compared={against !== null}
        />
      ))}
      {against?.copies
        .filter(({ change }) => change === 'gone')
        .map((gone) => (
          <CopyDiff key={gone.id} put={null} before={gone} compared />
        ))}
      {source !== undefined && (
        <details>
          <summary>{t.scripts.documentAt(owner)}</summary>
          <Json text={source} label={t.scripts.documentAt(owner)} />
        </details>
      )}
    </>
  );
}

interface Before {
  id: string;
  change: string;
  before?: Command[];
}

/** A copy field by field, with what the running script would have written. */
function CopyDiff({
  put,
  before,
  compared,
}: {
  put: Command | null;
  before: Before | undefined;
  compared: boolean;
}) {
  const was = fieldsOf(before?.before?.find(({ type }) => type === 'put'));
  const is = fieldsOf(put ?? undefined);
  const isSame = before?.change === 'same' || !compared;
  const change = before?.change ?? (compared ? 'new' : '');
  return (
    <div class="diff" tabIndex={0} role="region" aria-label={put?.id ?? before?.id ?? ''}>
      <p class="small dim">
        <b>{put?.collection ?? ''}</b> <span class="mono">{put?.id ?? before?.id}</span>{' '}
        {change === 'new'
          ? t.scripts.isNew
          : change === 'gone'
            ? t.scripts.isGone
            : change === 'same'
              ? t.scripts.same
              : ''}
      </p>
      <FieldDiff was={was} is={is} same={isSame} />
    </div>
  );
}

function fieldsOf(command: Command | undefined): Record<string, unknown> {
  const { fields } = command ?? {};
  if (typeof fields === 'string') {
    try {
      return JSON.parse(fields) as Record<string, unknown>;
    } catch {
      return {};
    }
  }
  return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
}
