import { api, mayWrite } from '../api.ts';
import { count } from '../format.ts';
import { A, navigate } from '../router.tsx';
import { t } from '../texts.ts';
import { Icon } from '../ui/icons.tsx';
import { Json } from '../ui/json.tsx';
import { Act, Ago, Loaded, useAsked } from '../ui/parts.tsx';

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

/** As `Act`, and what the key `r` presses. */
export function Rerun({
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

interface RowGiven {
  item: Item;
  one: boolean;
  chosen: boolean;
  open: boolean;
  onChoose: () => void;
  onOpen: () => void;
  run: () => Promise<string>;
}

/** One document, and what it opens to: the script with its line, the document, and what can be done. */
export function Rows({ item, one, chosen, open, onChoose, onOpen, run }: RowGiven) {
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
        <td class="grow">
          <button type="button" class="link mono" aria-expanded={open} onClick={onOpen} data-row>
            {item.documentId}
          </button>
          {!one && (
            <div class="dim small">
              {owner} → {requester}, {task}
            </div>
          )}
        </td>
        <td class="whole indent">
          <span class="bad strong">{t.setAside.kind(item.kind)}</span> <span>{item.reason}</span>{' '}
          {item.line !== null && <span class="dim">{t.setAside.at(item.line, item.column)}</span>}
        </td>
        <td class="num tries">{count(item.tries)}</td>
        <td class="num">
          <Ago at={item.lastAt} />
        </td>
      </tr>
      {open && (
        <tr>
          <td />
          <td class="whole" colSpan={4}>
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
