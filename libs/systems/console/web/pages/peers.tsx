import { useState } from 'preact/hooks';
import { count } from '../format.ts';
import { t } from '../texts.ts';
import { Missing, None } from '../ui/missing.tsx';
import { isPartial } from '../live.ts';
import { Heading } from '../ui/parts.tsx';
import { useList } from '../ui/use-list.ts';
import { Entity } from './peer-entity.tsx';
import { Nodes } from './peer-nodes.tsx';
import { Stash } from './peer-stash.tsx';
import type { EntityFigures, Replica } from './replica.ts';

export function PeersPage() {
  const list = useList<Replica>('peers');
  const services = Map.groupBy(list?.items ?? [], ({ service }) => service);
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.peers.heading} />
          <p>{t.peers.under}</p>
        </div>
      </div>
      {list === null ? (
        <div class="skeleton" aria-hidden="true" />
      ) : (
        <div class="stack">
          <Missing {...list} more="" />
          {services.size === 0 && (
            <div class="card">
              <None lacks={list.missing.length + list.unnamed.length > 0 || isPartial.value}>
                {t.peers.nothing}
              </None>
            </div>
          )}
          {[...services]
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([service, nodes]) => (
              <Service
                key={service}
                name={service}
                nodes={nodes.toSorted((a, b) => (a.node < b.node ? -1 : 1))}
              />
            ))}
        </div>
      )}
    </>
  );
}

function Service({ name, nodes }: { name: string; nodes: readonly Replica[] }) {
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <>
      <section class="card flush" aria-label={name}>
        <h2 class="pad">{name}</h2>
        <Nodes nodes={nodes} />
      </section>
      {nodes.some(({ stash }) => stash > 0) && <Stash nodes={nodes} />}
      <Entities nodes={nodes} opened={opened} onOpen={setOpened} />
      {opened !== null && <Entity key={opened} name={opened} nodes={nodes} />}
    </>
  );
}

function Entities({
  nodes,
  opened,
  onOpen,
}: {
  nodes: readonly Replica[];
  opened: string | null;
  onOpen: (entity: string | null) => void;
}) {
  const names = [...new Set(nodes.flatMap(({ entities }) => entities.map(({ entity }) => entity)))];
  return (
    <section class="card flush">
      <div class="scroll" tabIndex={0} role="region" aria-label={t.peers.entity}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.peers.entity}</th>
              <th scope="col" class="num">
                {t.peers.records}
              </th>
              <th scope="col" class="wide">
                {t.peers.policy}
              </th>
              <th scope="col">{t.peers.conflicts}</th>
              <th scope="col">{t.peers.digest}</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => {
              const own = nodes.flatMap(({ entities }) => entities.filter(({ entity }) => entity === name));
              const [first] = own;
              if (!first) return null;
              const open = Math.max(...own.map((one) => one.open));
              return (
                <tr key={name} class={`go-row ${opened === name ? 'open' : ''}`}>
                  <td>
                    <button
                      type="button"
                      class="link strong"
                      aria-expanded={opened === name}
                      aria-label={t.peers.show(name)}
                      onClick={() => onOpen(opened === name ? null : name)}
                      data-row
                    >
                      {name}
                    </button>
                  </td>
                  <td class="num">{count(first.rows)}</td>
                  <td class="wide dim">{t.peers.policies(first.policy, first.resolver)}</td>
                  <td>
                    {t.peers.openOf(open, Math.max(...own.map((one) => one.total)))}
                    <Trouble of={own} />
                  </td>
                  <td>
                    <Contents of={own} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Trouble({ of: own }: { of: readonly EntityFigures[] }) {
  const [unresolved, odd] = [
    Math.max(...own.map((one) => one.unresolved)),
    Math.max(...own.map((one) => one.notDeterministic)),
  ];
  return (
    <>
      {unresolved > 0 && <div class="warn small">{t.peers.unresolved(unresolved)}</div>}
      {odd > 0 && <div class="bad small">{t.peers.notDeterministic(odd)}</div>}
    </>
  );
}

/** Equal or not, by colour and by words; what was not compared is neither. */
function Contents({ of: own }: { of: readonly EntityFigures[] }) {
  if (own.some(({ digest }) => digest === null)) return <span class="dim">{t.peers.notCompared}</span>;
  const isEqual = new Set(own.map(({ digest }) => digest)).size === 1;
  return <span class={isEqual ? 'ok' : 'warn'}>{isEqual ? t.peers.equal : t.peers.differs}</span>;
}
