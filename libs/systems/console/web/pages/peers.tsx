import { api } from '../api.ts';
import { count, duration } from '../format.ts';
import { now } from '../live.ts';
import { t } from '../texts.ts';
import { Empty, Heading, Loaded, useAsked } from '../ui/parts.tsx';

interface NodeStatus {
  service: string;
  node: string;
  state: string;
  reason: string | null;
  log: { state: string; position: number; last: number };
  backlog: number;
  clockOffsetMs: number;
  entities: { entity: string; records?: number; conflicts?: number; digest?: string }[];
}

export function PeersPage() {
  const asked = useAsked(
    () => api<{ items: { module: string; body: NodeStatus }[]; missing: string[] }>('peers'),
    [Math.floor(now.value / 2_000)],
  );
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.peers.heading} />
          <p>{t.peers.under}</p>
        </div>
      </div>
      <Loaded asked={asked}>
        {({ items, missing }) => {
          const services = Map.groupBy(
            items.map(({ body }) => body),
            ({ service }) => service,
          );
          return (
            <div class="stack">
              {missing.length > 0 && <p class="note warn">{t.missing(missing)}</p>}
              {services.size === 0 && (
                <div class="card">
                  <Empty>{t.peers.nothing}</Empty>
                </div>
              )}
              {[...services].map(([service, nodes]) => (
                <Service key={service} name={service} nodes={nodes} />
              ))}
            </div>
          );
        }}
      </Loaded>
    </>
  );
}

function Service({ name, nodes }: { name: string; nodes: readonly NodeStatus[] }) {
  const entities = [...new Set(nodes.flatMap(({ entities: own }) => own.map(({ entity }) => entity)))];
  const digestsOf = (entity: string): Set<string | undefined> =>
    new Set(nodes.map(({ entities: own }) => own.find((one) => one.entity === entity)?.digest));
  return (
    <section class="card flush" aria-label={name}>
      <h2 style={{ padding: '14px 18px 4px' }}>{name}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={name}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.peers.node}</th>
              <th scope="col">{t.peers.state}</th>
              <th scope="col">{t.peers.position}</th>
              <th scope="col" class="num">
                {t.peers.backlog}
              </th>
              <th scope="col" class="num wide">
                {t.peers.clock}
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.node}>
                <td class="strong">{node.node}</td>
                <td class={node.state === 'ready' ? 'ok' : 'warn'} title={node.reason ?? ''}>
                  {node.state}
                </td>
                <td>
                  <progress
                    aria-label={t.peers.position}
                    max={Math.max(1, node.log.last)}
                    value={node.log.position}
                  />{' '}
                  <span class="dim small">{t.peers.of(count(node.log.position), count(node.log.last))}</span>
                </td>
                <td class={`num ${node.backlog > 0 ? 'warn' : ''}`}>{count(node.backlog)}</td>
                <td class="num wide">{duration(Math.abs(node.clockOffsetMs))}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.peers.entity}</th>
              <th scope="col" class="num">
                {t.peers.records}
              </th>
              <th scope="col" class="num">
                {t.peers.conflicts}
              </th>
              <th scope="col">{t.peers.digest}</th>
            </tr>
          </thead>
          <tbody>
            {entities.map((entity) => {
              const [own] = nodes.flatMap(({ entities: all }) => all.filter((one) => one.entity === entity));
              const equal = digestsOf(entity).size === 1;
              return (
                <tr key={entity}>
                  <td>{entity}</td>
                  <td class="num">{count(own?.records ?? null)}</td>
                  <td class="num">{count(own?.conflicts ?? null)}</td>
                  <td class={equal ? 'ok' : 'warn'}>{equal ? t.peers.equal : t.peers.differs}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
