import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { count } from '../format.ts';
import { setAside } from '../live.ts';
import { A, navigate, query } from '../router.tsx';
import { t } from '../texts.ts';
import { Icon } from '../ui/icons.tsx';
import { Act, Ago, Empty, Heading, Loaded, useAsked } from '../ui/parts.tsx';

export interface Item {
  copy: string;
  direction: 'in' | 'out';
  documentId: string;
  copyId: string | null;
  kind: string;
  reason: string;
  line: number | null;
  column: number | null;
  tries: number;
  lastAt: string;
  script: { fingerprint: string } | null;
}

interface Group {
  copy: string;
  direction: 'in' | 'out';
  kind: string;
  reason: string;
  count: number;
}

interface List {
  items: Item[];
  groups: Group[];
  cursor: string | null;
  total: number;
  missing: string[];
  truncated?: boolean;
}

const keyOf = ({ copy, direction, documentId, copyId }: Item): string =>
  [copy, direction, documentId, copyId].join(' ');

export function SetAsidePage() {
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.setAside.heading} />
          <p>{t.setAside.under}</p>
        </div>
      </div>
      <SetAsideCard copy={query.value.get('copy')} many={setAside.value} heading={t.setAside.documents} />
    </>
  );
}

/** What is set aside, of all copies or of one. */
export function SetAsideCard({
  copy,
  many,
  heading,
}: {
  copy: string | null;
  many: number;
  heading: string;
}) {
  const [reason, setReason] = useState<string | null>(null);
  const [take, setTake] = useState(50);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<string | null>(null);
  const asked = useAsked(() => {
    const wanted = new URLSearchParams({ take: String(take) });
    if (copy !== null) wanted.set('copy', copy);
    if (reason !== null) wanted.set('reason', reason);
    return api<List>(`set-aside?${wanted}`);
  }, [copy, reason, take, many]);
  const items = asked.value?.items ?? [];
  const run = async (wanted: readonly Item[]): Promise<string> => {
    const grouped = Map.groupBy(wanted, (one) => `${one.copy} ${one.direction}`);
    await retry(
      [...grouped.values()].flatMap((same) =>
        same[0]
          ? [
              {
                copy: same[0].copy,
                direction: same[0].direction,
                documents: [...new Set(same.map(({ documentId }) => documentId))],
              },
            ]
          : [],
      ),
    );
    setChosen(new Set());
    setTimeout(() => void asked.again(), 1_000);
    return t.setAside.asked(wanted.length);
  };
  const runAll = async (): Promise<string> => {
    const tasks = new Map(
      (asked.value?.groups ?? []).map((group) => [`${group.copy} ${group.direction}`, group]),
    );
    await retry([...tasks.values()].map(({ copy: id, direction }) => ({ copy: id, direction })));
    setTimeout(() => void asked.again(), 1_000);
    return t.setAside.asked(asked.value?.total ?? 0);
  };
  const toggle = (key: string): void => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
  };
  const picked = items.filter((item) => chosen.has(keyOf(item)));
  return (
    <section class="card" aria-label={heading}>
      <header>
        <h2>
          {heading} <span class="count">{count(asked.value?.total ?? many)}</span>
        </h2>
        {items.length > 0 && (
          <div class="row" data-picked={picked.length}>
            {picked.length > 0 && (
              <span data-rerun-holder>
                <Rerun run={() => run(picked)} chosen>
                  {t.setAside.runChosen(picked.length)}
                </Rerun>
              </span>
            )}
            <Act kind="small" disabled={!mayWrite()} run={runAll}>
              <Icon name="run" size={13} /> {t.setAside.runAll}
            </Act>
          </div>
        )}
      </header>
      <Loaded asked={asked}>
        {(list) => (
          <>
            {list.missing.length > 0 && <p class="note warn">{t.missing(list.missing)}</p>}
            {list.truncated === true && <p class="note">{t.truncated}</p>}
            {list.items.length === 0 ? (
              <Empty>{t.setAside.nothing}</Empty>
            ) : (
              <>
                <Groups groups={list.groups} reason={reason} onReason={setReason} />
                <div class="scroll">
                  <table class="inset">
                    <thead>
                      <tr>
                        <th scope="col">
                          <input
                            type="checkbox"
                            aria-label={t.setAside.chooseAll}
                            checked={picked.length === items.length}
                            onChange={() =>
                              setChosen(new Set(picked.length === items.length ? [] : items.map(keyOf)))
                            }
                          />
                        </th>
                        <th scope="col">{t.setAside.document}</th>
                        <th scope="col">{t.setAside.reason}</th>
                        <th scope="col" class="num wide">
                          {t.setAside.tries}
                        </th>
                        <th scope="col" class="num wide">
                          {t.setAside.last}
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {list.items.map((item) => (
                        <Rows
                          key={keyOf(item)}
                          item={item}
                          one={copy !== null}
                          chosen={chosen.has(keyOf(item))}
                          open={opened === keyOf(item)}
                          onChoose={() => toggle(keyOf(item))}
                          onOpen={() => setOpened(opened === keyOf(item) ? null : keyOf(item))}
                          run={() => run([item])}
                        />
                      ))}
                    </tbody>
                  </table>
                </div>
                {list.cursor !== null && take < 100 && (
                  <p class="empty">
                    <button type="button" class="button small" onClick={() => setTake(100)}>
                      {t.setAside.more}
                    </button>
                  </p>
                )}
              </>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function retry(items: { copy: string; direction: string; documents?: string[] }[]): Promise<unknown> {
  return api('set-aside/retry', 'POST', { items });
}

/** As `Act`, and what the key `r` presses. */
function Rerun({
  run,
  children,
  chosen = false,
}: {
  run: () => Promise<string | null>;
  children: preact.ComponentChildren;
  chosen?: boolean;
}) {
  return (
    <span
      class="row"
      ref={(element) => {
        element?.querySelector('button')?.setAttribute(chosen ? 'data-rerun-chosen' : 'data-rerun', '');
      }}
    >
      <Act kind="small" disabled={!mayWrite()} run={run}>
        <Icon name="run" size={13} /> {children}
      </Act>
    </span>
  );
}

function Groups({
  groups,
  reason,
  onReason,
}: {
  groups: readonly Group[];
  reason: string | null;
  onReason: (reason: string | null) => void;
}) {
  const byReason = Map.groupBy(groups, (group) => group.reason);
  return (
    <div class="row small" style={{ marginBottom: '6px' }}>
      {[...byReason].slice(0, 8).map(([text, same]) => (
        <button
          key={text}
          type="button"
          class={`chip ${reason === text ? 'bad' : 'plain'}`}
          aria-pressed={reason === text}
          style={{ border: '0', cursor: 'pointer', minHeight: '24px' }}
          onClick={() => onReason(reason === text ? null : text)}
        >
          {t.setAside.group(
            same.reduce((sum, { count: many }) => sum + many, 0),
            text.slice(0, 100),
          )}
        </button>
      ))}
    </div>
  );
}

interface RowGiven {
  item: Item;
  one: boolean;
  chosen: boolean;
  open: boolean;
  onChoose: () => void;
  onOpen: () => void;
  run: () => Promise<string>;
}

function Rows({ item, one, chosen, open, onChoose, onOpen, run }: RowGiven) {
  const [owner = '', requester = '', task = ''] = item.copy.split('/');
  return (
    <>
      <tr class={`go-row ${open ? 'open' : ''}`}>
        <td>
          <input
            type="checkbox"
            checked={chosen}
            onChange={onChoose}
            aria-label={t.setAside.choose(item.documentId)}
          />
        </td>
        <td>
          <button type="button" class="link mono" aria-expanded={open} onClick={onOpen} data-row>
            {item.documentId}
          </button>
          {!one && (
            <div class="dim small">
              {owner} → {requester}, {task}
            </div>
          )}
        </td>
        <td>
          <span class="bad strong">{t.setAside.kind(item.kind)}</span> <span>{item.reason}</span>{' '}
          {item.line !== null && <span class="dim">{t.setAside.at(item.line, item.column)}</span>}
        </td>
        <td class="num wide">{count(item.tries)}</td>
        <td class="num wide">
          <Ago at={item.lastAt} />
        </td>
      </tr>
      {open && (
        <tr>
          <td />
          <td colSpan={4}>
            <Opened item={item} owner={owner} requester={requester} task={task} run={run} />
          </td>
        </tr>
      )}
    </>
  );
}

interface Previewed {
  scripts: { documents: { id: string; source?: string }[] }[];
}

function Opened({
  item,
  owner,
  requester,
  task,
  run,
}: {
  item: Item;
  owner: string;
  requester: string;
  task: string;
  run: () => Promise<string>;
}) {
  const script = useAsked(
    () =>
      api<{ script: string; collection: string; fingerprint: string }>(
        `copies/${requester}/${owner}/${task}/script`,
      ),
    [item.copy],
  );
  const document = useAsked(async () => {
    if (!script.value) return undefined;
    const { collection, script: text } = script.value;
    const result = await api<Previewed>('preview', 'POST', {
      owner,
      requestingModule: requester,
      scripts: [{ name: task, sourceCollection: collection, script: text }],
      documents: [item.documentId],
      source: true,
    });
    return result.scripts[0]?.documents[0]?.source ?? null;
  }, [script.value?.fingerprint, item.documentId]);
  return (
    <div class="under">
      <div class="split two">
        <div>
          <p class="small strong">{t.setAside.script}</p>
          <Loaded asked={script}>
            {({ script: text }) => <Lines text={text} hit={item.script === null ? null : item.line} />}
          </Loaded>
          {item.line !== null && item.script === null && <p class="dim small">{t.setAside.newerScript}</p>}
        </div>
        <div>
          <p class="small strong">{t.setAside.documentAt(owner)}</p>
          {document.value === null ? (
            <p class="dim">{t.setAside.noDocument}</p>
          ) : (
            <Loaded asked={document}>
              {(source) => <Json text={source ?? ''} label={t.setAside.documentAt(owner)} />}
            </Loaded>
          )}
        </div>
      </div>
      <div class="row">
        <Rerun run={run}>{t.setAside.runAgain}</Rerun>
        <button
          type="button"
          class="button small"
          onClick={() =>
            navigate(
              `/scripts?owner=${owner}&requester=${requester}&task=${task}&documents=${encodeURIComponent(item.documentId)}`,
            )
          }
        >
          <Icon name="code" size={13} /> {t.setAside.playground}
        </button>
        {item.direction === 'in' && <A to={`/copies/${requester}/${owner}/${task}`}>{t.copies.copy}</A>}
      </div>
    </div>
  );
}

const AROUND = 6;

function Lines({ text, hit }: { text: string; hit: number | null }) {
  const all = text.split('\n');
  const from = hit === null ? 0 : Math.max(0, hit - 1 - AROUND);
  return (
    <div class="code mono" tabIndex={0} role="region" aria-label={t.setAside.script}>
      {all.slice(from, hit === null ? 30 : hit + AROUND + 1).map((line, at) => {
        const number = from + at + 1;
        return (
          <div key={number} class={number === hit ? 'hit' : ''}>
            <i>{number}</i>
            {line || ' '}
          </div>
        );
      })}
    </div>
  );
}

export function Json({ text, label }: { text: string; label: string }) {
  return (
    <pre class="code" tabIndex={0} aria-label={label} role="region">
      {pretty(text)}
    </pre>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
