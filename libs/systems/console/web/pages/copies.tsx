import { useState } from 'preact/hooks';
import type { CopyState } from '../../src/ask/state.ts';
import { count, rate } from '../format.ts';
import { copies, isPartial, recent } from '../live.ts';
import { A, copyPath } from '../router.tsx';
import { t } from '../texts.ts';
import { None } from '../ui/missing.tsx';
import { Icon } from '../ui/icons.tsx';
import { Behind, Empty, Heading, SparkLine } from '../ui/parts.tsx';
import { StateMark } from '../ui/state-mark.tsx';

const ROWS = 100;
const ORDER = [
  'Refused',
  'Faulted',
  'GivenUp',
  'Waiting',
  'Unknown',
  'Starting',
  'Snapshotting',
  'Streaming',
];

type Column = 'copy' | 'state' | 'rate' | 'behind' | 'applied' | 'setAside';

const VALUES: Record<Column, (copy: CopyState) => number | string> = {
  copy: ({ requester, owner, task }) => `${requester} ${owner} ${task}`.toLowerCase(),
  state: ({ state }) => ORDER.indexOf(state),
  rate: (copy) => -copy.rate,
  behind: ({ behindMs }) => -(behindMs ?? -1),
  applied: (copy) => -(copy.in?.applied ?? 0),
  setAside: (copy) => -copy.setAside,
};

export function CopiesPage() {
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.copies.heading} />
          <p>{t.copies.under}</p>
        </div>
      </div>
      <CopiesTable all={copies.value} />
    </>
  );
}

export function CopiesTable({ all, heading }: { all: readonly CopyState[]; heading?: string }) {
  const [wanted, setWanted] = useState('');
  const [column, setColumn] = useState<Column>('state');
  const words = wanted.toLowerCase().split(/\s+/);
  const found = all
    .filter((copy) => {
      const text = `${copy.id} ${copy.collection} ${t.state[copy.state]}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => {
      const [one, other] = [VALUES[column](a), VALUES[column](b)];
      return one < other ? -1 : one > other ? 1 : a.id < b.id ? -1 : 1;
    });
  const head = (key: Column, name: string, kind = '') => (
    <th scope="col" class={kind} aria-sort={column === key ? 'ascending' : undefined}>
      <button type="button" aria-label={t.copies.sortBy(name)} onClick={() => setColumn(key)}>
        {name}
        <span aria-hidden="true">{column === key ? ' ↓' : ''}</span>
      </button>
    </th>
  );
  return (
    <section aria-label={t.copies.heading}>
      <div class="row between" style={{ marginBottom: '10px' }}>
        <h2>
          {heading ?? t.copies.heading} <span class="count">{all.length}</span>
        </h2>
        <label class="searching">
          <Icon name="search" size={14} />
          <span class="sr">{t.filter}</span>
          <input
            type="search"
            placeholder={t.filter}
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
      </div>
      <div class="card flush">
        {found.length === 0 ? (
          <None lacks={all.length === 0 && isPartial.value}>
            {all.length === 0 ? t.overview.noCopies : t.copies.noMatch}
          </None>
        ) : (
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  {head('copy', t.copies.copy)}
                  {head('state', t.copies.state)}
                  {head('rate', t.copies.rate, 'num wide')}
                  <th scope="col" class="wide">
                    {t.copies.minute}
                  </th>
                  {head('behind', t.copies.behind, 'num')}
                  {head('applied', t.copies.applied, 'num wide')}
                  {head('setAside', t.copies.setAside, 'num')}
                </tr>
              </thead>
              <tbody>
                {found.slice(0, ROWS).map((copy) => (
                  <Row key={copy.id} copy={copy} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {found.length > ROWS && <Empty>{t.shownOf(ROWS, found.length)}</Empty>}
      </div>
    </section>
  );
}

function Row({ copy }: { copy: CopyState }) {
  return (
    <tr class={`go-row ${copy.stale === null ? '' : 'gray'}`}>
      <td>
        <A to={copyPath(copy)} class="to" data-row>
          {copy.requester} <span class="dim">←</span> {copy.owner} <span class="dim">/ {copy.task}</span>
        </A>
      </td>
      <td>
        <StateMark state={copy.state} />
      </td>
      <td class="num wide">{rate(copy.rate)}</td>
      <td class="wide">
        <SparkLine rates={recent.value[copy.id] ?? []} />
      </td>
      <td class="num">
        <Behind ms={copy.behindMs} />
      </td>
      <td class="num wide">{count(copy.in?.applied ?? null)}</td>
      <td class={`num ${copy.setAside > 0 ? 'warn' : ''}`}>{count(copy.setAside)}</td>
    </tr>
  );
}
