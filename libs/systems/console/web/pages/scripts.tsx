import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CopyState } from '../../src/ask/state.ts';
import { api, ApiError } from '../api.ts';
import { count } from '../format.ts';
import { copies, isPartial, loaded } from '../live.ts';
import { navigate, query } from '../router.tsx';
import { t } from '../texts.ts';
import { None } from '../ui/missing.tsx';
import { Icon } from '../ui/icons.tsx';
import { Empty, Heading, Loaded, useAsked } from '../ui/parts.tsx';
import type { Editor } from '../ui/editor.ts';
import { Trial, type PreviewedScript } from './trial.tsx';

const PAUSE_MS = 700;
const SAMPLE = 12;

export function ScriptsPage() {
  const all = copies.value.filter(({ out }) => out !== null);
  const wanted = query.value;
  const copy =
    all.find(
      ({ owner, requester, task }) =>
        owner === wanted.get('owner') && requester === wanted.get('requester') && task === wanted.get('task'),
    ) ?? all[0];
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.scripts.heading} />
          {copy && <p>{t.scripts.under(copy.owner)}</p>}
        </div>
        {copy && (
          <label>
            <span class="sr">{t.scripts.choose}</span>
            <select
              class="field"
              value={copy.id}
              onChange={(event) => {
                const chosen = all.find(({ id }) => id === event.currentTarget.value);
                if (chosen)
                  navigate(
                    `/scripts?owner=${chosen.owner}&requester=${chosen.requester}&task=${chosen.task}`,
                    true,
                  );
              }}
            >
              {all.map(({ id, requester, owner, task }) => (
                <option key={id} value={id}>
                  {requester} ← {owner} / {task}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {copy ? (
        <Playground key={copy.id} copy={copy} documents={wanted.get('documents') ?? ''} />
      ) : loaded.value ? (
        <div class="card">
          <None lacks={isPartial.value}>{t.scripts.nothing}</None>
        </div>
      ) : (
        <div class="skeleton" aria-hidden="true" />
      )}
    </>
  );
}

function Playground({ copy, documents }: { copy: CopyState; documents: string }) {
  const { requester, owner, task } = copy;
  const running = useAsked(
    () => api<{ script: string; collection: string }>(`copies/${requester}/${owner}/${task}/script`),
    [copy.id, copy.in?.generation],
  );
  return (
    <Loaded asked={running}>
      {(script) => <Workbench copy={copy} running={script} documents={documents} />}
    </Loaded>
  );
}

interface Tried {
  result: PreviewedScript | null;
  error: string | null;
  place: { line: number; column: number | null } | null;
}

function Workbench({
  copy,
  running,
  documents,
}: {
  copy: CopyState;
  running: { script: string; collection: string };
  documents: string;
}) {
  const { owner, requester, task } = copy;
  const [text, setText] = useState(running.script);
  const [ids, setIds] = useState(documents);
  const [sample, setSample] = useState(SAMPLE);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<Tried>({ result: null, error: null, place: null });
  const holder = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const turn = useRef(0);
  const latest = useRef({ text, ids, sample });
  latest.current = { text, ids, sample };
  const attempt = async (): Promise<void> => {
    const own = (turn.current += 1);
    setBusy(true);
    const given = latest.current;
    const wanted = given.ids
      .split(/[\s,]+/)
      .filter((id) => id !== '')
      .slice(0, 100);
    try {
      const answer = await api<{ scripts: PreviewedScript[] }>('preview', 'POST', {
        owner,
        requestingModule: requester,
        scripts: [{ name: task, sourceCollection: running.collection, script: given.text }],
        source: true,
        ...(wanted.length > 0 ? { documents: wanted } : { sample: given.sample, prefer: 'set-aside' }),
      });
      if (own === turn.current) setTried({ result: answer.scripts[0] ?? null, error: null, place: null });
    } catch (failure) {
      if (own === turn.current) setTried((before) => ({ ...before, ...describe(failure) }));
      if (failure instanceof ApiError && failure.status === 429)
        setTimeout(() => void attempt(), failure.retryAfter * 1_000);
    } finally {
      if (own === turn.current) setBusy(false);
    }
  };
  useEffect(() => {
    let gone = false;
    const open = async (): Promise<void> => {
      const { openEditor } = await import('../ui/editor.ts');
      if (gone || !holder.current) return;
      editor.current = openEditor(holder.current, {
        text,
        label: t.scripts.editor,
        onChange: setText,
        onTry: () => void attempt(),
      });
    };
    void open();
    return () => {
      gone = true;
      editor.current?.close();
    };
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => void attempt(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, ids, sample]);
  useEffect(() => editor.current?.mark(tried.place), [tried.place]);
  const edited = text !== running.script;
  const foot = useMemo(() => t.scripts.foot(requester), [requester]);
  return (
    <div class="stack">
      <div class="split even">
        <section class="card flush bench" aria-label={t.scripts.script}>
          <header
            class="row between"
            style={{ padding: '14px 16px', margin: '0', borderBottom: '1px solid var(--line)' }}
          >
            <h2>
              {t.scripts.script} {edited && <span class="chip">{t.scripts.edited}</span>}
            </h2>
            <div class="row">
              <button
                type="button"
                class="button small"
                disabled={!edited}
                onClick={() => editor.current?.replace(running.script)}
              >
                {t.scripts.undo}
              </button>
              <button
                type="button"
                class="button primary small"
                disabled={busy}
                onClick={() => void attempt()}
              >
                <Icon name="run" size={13} /> {busy ? t.asking : t.scripts.try}
              </button>
            </div>
          </header>
          <div class="editor" ref={holder} />
          <div class="row" style={{ padding: '12px 16px', borderTop: '1px solid var(--line)' }}>
            <label class="row" style={{ flex: '1 1 220px' }}>
              <span class="small dim">{t.scripts.documents}</span>
              <input
                class="field mono"
                style={{ flex: '1', minWidth: '120px' }}
                placeholder={t.scripts.ids}
                value={ids}
                onInput={(event) => setIds(event.currentTarget.value)}
              />
            </label>
            <label class="row">
              <span class="small dim">{t.scripts.sample}</span>
              <input
                class="field"
                style={{ width: '76px' }}
                type="number"
                min={1}
                max={100}
                value={sample}
                onInput={(event) =>
                  setSample(
                    Math.max(1, Math.min(100, Math.round(Number(event.currentTarget.value)) || SAMPLE)),
                  )
                }
              />
            </label>
          </div>
        </section>
        <section class="card flush" aria-label={t.scripts.result}>
          <header class="row between" style={{ padding: '14px 16px 4px', margin: '0' }}>
            <h2>
              {t.scripts.result}{' '}
              {tried.result?.running && (
                <span class="dim small">{t.scripts.against(tried.result.running.generation)}</span>
              )}
            </h2>
          </header>
          {tried.error !== null && (
            <p class="note bad" role="alert" style={{ margin: '8px 16px' }}>
              {tried.place && t.scripts.place(tried.place.line, tried.place.column)}
              {tried.error}
            </p>
          )}
          {tried.result ? (
            <Trial result={tried.result} owner={owner} />
          ) : (
            tried.error === null && <Empty>{busy ? t.asking : t.scripts.nothingYet}</Empty>
          )}
        </section>
      </div>
      <p class="dim small">
        {foot} <kbd>Ctrl</kbd> <kbd>Enter</kbd> {t.scripts.keys} <kbd>↑</kbd> <kbd>↓</kbd>{' '}
        {t.scripts.keysWalk}
      </p>
      <p class="sr" role="status">
        {tried.result ? `${t.scripts.tried} ${count(tried.result.summary.documents)}` : ''}
      </p>
    </div>
  );
}

function describe(failure: unknown): Pick<Tried, 'error' | 'place'> {
  if (!(failure instanceof ApiError)) return { error: String(failure), place: null };
  if (failure.status === 429) return { error: t.scripts.waiting(failure.retryAfter), place: null };
  const [first] = failure.problem.errors ?? [];
  const place = first?.line === undefined ? null : { line: first.line, column: first.column ?? null };
  return { error: first?.detail ?? failure.message, place };
}
