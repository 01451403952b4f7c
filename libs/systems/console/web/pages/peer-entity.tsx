import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../texts.ts';
import { Ago, Empty, Loaded, useAsked } from '../ui/parts.tsx';
import { Json } from '../ui/json.tsx';
import { Drift } from './peer-drift.tsx';
import type { Replica } from './replica.ts';

interface Head {
  origin: string;
  number: number;
  node: string | null;
  operation: string;
  data: object | null;
  timestamp: string;
}

interface Conflict {
  recordId: string;
  at: string;
  ended: string | null;
  heads: Head[];
  winner: { origin: string; number: number } | null;
  resolution: Head | null;
  reason: string;
}

const MOST = 50;

/** A collection as one node has it: its conflicts, and how it compares with the other nodes. */
export function Entity({ name, nodes }: { name: string; nodes: readonly Replica[] }) {
  const [node, setNode] = useState(nodes[0]?.node ?? '');
  const [all, setAll] = useState(true);
  const seen = nodes.find((one) => one.node === node) ?? nodes[0];
  const figures = seen?.entities.find(({ entity }) => entity === name);
  const path = `peers/${encodeURIComponent(seen?.module ?? '')}/${encodeURIComponent(name)}`;
  const asked = useAsked(
    () => api<{ items: Conflict[] }>(`${path}/conflicts${all ? '' : '?open=true'}`),
    [path, all, figures?.total, figures?.open],
  );
  return (
    <>
      <section class="card" aria-label={`${name}: ${t.peers.conflicts}`}>
        <header>
          <h2>
            {name}: {t.peers.conflicts}
          </h2>
          <div class="row">
            <label class="row">
              <input
                type="checkbox"
                checked={all}
                onChange={(event) => setAll(event.currentTarget.checked)}
              />
              <span class="small">{t.peers.allConflicts}</span>
            </label>
            <label class="row">
              <span class="small dim">{t.peers.at}</span>
              <select
                class="field"
                value={seen?.node}
                onChange={(event) => setNode(event.currentTarget.value)}
              >
                {nodes.map((one) => (
                  <option key={one.node} value={one.node}>
                    {one.node}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </header>
        <Loaded asked={asked}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty>{t.peers.noConflicts}</Empty>
            ) : (
              <div class="stack">
                {items.slice(0, MOST).map((conflict, index) => (
                  <OneConflict
                    key={`${conflict.recordId} ${conflict.at}`}
                    conflict={conflict}
                    index={index}
                  />
                ))}
              </div>
            )
          }
        </Loaded>
      </section>
      {seen && nodes.length > 1 && (
        <Drift
          key={seen.node}
          entity={name}
          node={seen}
          others={nodes.filter((one) => one.node !== seen.node)}
          path={path}
        />
      )}
    </>
  );
}

/** The changes that met, beside each other, with the one that won. */
function OneConflict({
  conflict: { recordId, at, heads, winner, resolution, reason },
  index,
}: {
  conflict: Conflict;
  index: number;
}) {
  const wins = ({ origin, number }: Head): boolean =>
    resolution === null && winner?.origin === origin && winner.number === number;
  const shown = [...heads, ...(resolution ? [resolution] : [])];
  return (
    <article class="conflict">
      <p class="row">
        <b class="mono">{recordId}</b>
        <span class="dim small">
          {reason}, <Ago at={at} />
        </span>
      </p>
      <div class="heads">
        {shown.map((head) => (
          <div key={`${head.origin} ${head.number}`} class={wins(head) || head === resolution ? 'won' : ''}>
            <p class="small row">
              <span>{head === resolution ? t.peers.merged : t.peers.changedBy(head.node)}</span>
              {(wins(head) || head === resolution) && <span class="chip ok">{t.peers.wins}</span>}
            </p>
            {head.data === null ? (
              <p class="dim">{t.peers.deleted}</p>
            ) : (
              <Json
                text={JSON.stringify(head.data)}
                // One change may be in several conflicts.
                label={t.peers.head(index + 1, recordId, head === resolution, head.node, head.number)}
              />
            )}
          </div>
        ))}
      </div>
    </article>
  );
}
