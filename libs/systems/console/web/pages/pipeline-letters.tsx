import { useEffect, useRef, useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../texts.ts';
import { FieldDiff } from '../ui/diff.tsx';
import type { Editor } from '../ui/editor.ts';
import { Icon } from '../ui/icons.tsx';
import { Act, Ago, Empty, Loaded, type Asked } from '../ui/parts.tsx';

/** A record that a pipeline could not process. */
export interface Letter {
  letterId: string;
  step: string;
  reason: string;
  record: string;
  partition: string;
  offset: number;
  at: string;
}

const FIRST = 10;

/** The records that could not be processed: each is shown, changed beside what it was, and run again. */
export function Letters({ path, asked }: { path: string; asked: Asked<Letter[]> }) {
  const [opened, setOpened] = useState<string | null>(null);
  const [shown, setShown] = useState(FIRST);
  return (
    <section class="card">
      <header>
        <h2>
          {t.pipelines.deadLetters} <span class="count">{count(asked.value?.length ?? 0)}</span>
        </h2>
      </header>
      <Loaded asked={asked}>
        {(letters) =>
          letters.length === 0 ? (
            <Empty>{t.pipelines.noLetters}</Empty>
          ) : (
            <div class="scroll" tabIndex={0} role="region" aria-label={t.pipelines.deadLetters}>
              <table class="inset">
                <thead>
                  <tr>
                    <th scope="col">{t.pipelines.where}</th>
                    <th scope="col">{t.pipelines.reason}</th>
                    <th scope="col" class="num wide">
                      {t.pipelines.at}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {letters.slice(0, shown).map((letter) => (
                    <Row
                      key={letter.letterId}
                      letter={letter}
                      path={`${path}/dead-letters/${encodeURIComponent(letter.letterId)}`}
                      open={opened === letter.letterId}
                      onOpen={() => setOpened(opened === letter.letterId ? null : letter.letterId)}
                      again={asked.again}
                    />
                  ))}
                </tbody>
              </table>
              {letters.length > shown && (
                <p class="empty">
                  <button type="button" class="button small" onClick={() => setShown(letters.length)}>
                    {t.all(letters.length)}
                  </button>
                </p>
              )}
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

interface RowGiven {
  letter: Letter;
  path: string;
  open: boolean;
  onOpen: () => void;
  again: () => Promise<void>;
}

function Row({ letter, path, open, onOpen, again }: RowGiven) {
  return (
    <>
      <tr class={`go-row ${open ? 'open' : ''}`}>
        <td>
          <button type="button" class="link mono" aria-expanded={open} onClick={onOpen} data-row>
            {letter.partition} {count(letter.offset)}
          </button>
          <div class="dim small">{letter.step}</div>
        </td>
        <td style={{ overflowWrap: 'anywhere' }}>{letter.reason}</td>
        <td class="num wide">
          <Ago at={letter.at} />
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={3}>
            <Opened letter={letter} path={path} again={again} />
          </td>
        </tr>
      )}
    </>
  );
}

function Opened({ letter, path, again }: Pick<RowGiven, 'letter' | 'path' | 'again'>) {
  const before = fieldsOf(letter.record);
  const begin = before ? JSON.stringify(before, null, 2) : letter.record;
  const [text, setText] = useState(begin);
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    let editor: Editor | null = null;
    const open = async (): Promise<void> => {
      const { openEditor } = await import('../ui/editor.ts');
      if (gone || !holder.current) return;
      editor = openEditor(holder.current, {
        text: begin,
        label: t.pipelines.editor,
        onChange: setText,
        onTry: () => undefined,
      });
    };
    void open();
    return () => {
      gone = true;
      editor?.close();
    };
  }, []);
  const after = fieldsOf(text);
  const run = async (): Promise<string> => {
    await api(`${path}/replay`, 'POST', text === begin ? {} : { record: after ?? text });
    setTimeout(() => void again(), 1_000);
    return t.pipelines.asked;
  };
  const forget = async (): Promise<string> => {
    await api(path, 'DELETE');
    await again();
    return t.pipelines.forgotten;
  };
  return (
    <div class="under">
      <div class="split even">
        <div class="editor short" ref={holder} />
        <div class="diff" tabIndex={0} role="region" aria-label={t.pipelines.changes}>
          <p class="small dim">{text === begin ? t.pipelines.same : t.pipelines.changes}</p>
          {after === null ? (
            <p class="warn">{t.pipelines.notJson}</p>
          ) : (
            <FieldDiff was={before ?? {}} is={after} />
          )}
        </div>
      </div>
      <div class="row">
        <Act kind="small" disabled={!mayWrite() || (before !== null && after === null)} run={run}>
          <Icon name="run" size={13} /> {t.pipelines.runAgain}
        </Act>
        <Act kind="small" disabled={!mayWrite()} run={forget}>
          {t.pipelines.forget}
        </Act>
      </div>
    </div>
  );
}

/** The fields of a JSON object; null for anything else. */
function fieldsOf(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
