import { useEffect, useRef, useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { count } from '../format.ts';
import { setAside } from '../live.ts';
import { query } from '../router.tsx';
import { t } from '../texts.ts';
import { Missing, missingOf, None } from '../ui/missing.tsx';
import { Icon } from '../ui/icons.tsx';
import type { Page } from '../ui/join-pages.ts';
import { Act, Heading, Loaded } from '../ui/parts.tsx';
import { usePages } from '../ui/use-pages.ts';
import { Rerun, Rows, type Item } from './set-aside-row.tsx';

interface Group {
  copy: string;
  direction: 'in' | 'out';
  kind: string;
  reason: string;
  count: number;
}

interface List extends Page<Item> {
  groups: Group[];
  total: number;
}

const PAGE = 100;

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
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<string | null>(null);
  const ask = (cursor: string | null): Promise<List> => {
    const wanted = new URLSearchParams({ take: String(PAGE) });
    if (cursor !== null) wanted.set('cursor', cursor);
    if (copy !== null) wanted.set('copy', copy);
    if (reason !== null) wanted.set('reason', reason);
    return api<List>(`set-aside?${wanted}`);
  };
  const keys = [copy, reason, many, missingOf([], copy).join()];
  const asked = usePages<Item, List>(ask, keys, keyOf);
  const rows = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    // The button has moved below what it has added.
    if (asked.from !== null) rows.current?.querySelectorAll<HTMLElement>('[data-row]')[asked.from]?.focus();
  }, [asked.from]);
  const total = asked.value?.total ?? many;
  const isKnown = total > 0 || missingOf(asked.value?.missing ?? [], copy).length === 0;
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
          {heading} <span class="count">{count(isKnown ? total : null)}</span>
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
            <Missing
              missing={missingOf(list.missing, copy)}
              truncated={list.truncated === true}
              more={t.truncated}
            />
            {list.items.length === 0 ? (
              <None lacks={missingOf(list.missing, copy).length > 0}>{t.setAside.nothing}</None>
            ) : (
              <>
                <Groups groups={list.groups} reason={reason} onReason={setReason} />
                <div class="scroll">
                  <table class="inset stacked">
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
                    <tbody ref={rows}>
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
                {list.cursor !== null && (
                  <p class="empty">
                    <Act kind="small" run={asked.older}>
                      {t.older}
                    </Act>
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
