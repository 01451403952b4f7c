import { api, mayWrite } from '../api.ts';
import { t } from '../texts.ts';
import { Json } from '../ui/json.tsx';
import { Act, Ago, Loaded, useAsked } from '../ui/parts.tsx';
import type { Replica } from './replica.ts';

interface Stashed {
  id: string;
  entity: string;
  recordId: string;
  operation: string;
  data: object | null;
  at: string;
  why: string;
}

/** What nodes wrote in an earlier life of their file, and that lost. */
export function Stash({ nodes }: { nodes: readonly Replica[] }) {
  return (
    <section class="card" aria-label={t.peers.stash}>
      <header>
        <div>
          <h2>{t.peers.stash}</h2>
          <p class="dim small">{t.peers.stashUnder}</p>
        </div>
      </header>
      <div class="stack">
        {nodes
          .filter(({ stash }) => stash > 0)
          .map((node) => (
            <OfNode key={node.key} node={node} />
          ))}
      </div>
    </section>
  );
}

function OfNode({ node: { module, node, stash } }: { node: Replica }) {
  const path = `peers/${encodeURIComponent(module)}/stash`;
  const asked = useAsked(() => api<{ items: Stashed[] }>(path), [path, stash]);
  return (
    <Loaded asked={asked}>
      {({ items }) => (
        <div class="scroll" tabIndex={0} role="region" aria-label={`${t.peers.stash}: ${node}`}>
          <table class="inset">
            <tbody>
              {items.slice(0, 100).map((item) => (
                <tr key={item.id}>
                  <td class="strong">{node}</td>
                  <td>
                    {item.entity} <span class="mono">{item.recordId}</span>
                    <div class="dim small">
                      {item.operation}, {item.why}, <Ago at={item.at} />
                    </div>
                  </td>
                  <td class="wide">
                    {item.data && <Json text={JSON.stringify(item.data)} label={item.recordId} />}
                  </td>
                  <td class="num">
                    <Act
                      kind="small"
                      disabled={!mayWrite()}
                      run={async () => {
                        await api(`${path}/${encodeURIComponent(item.id)}/apply`, 'POST', {});
                        await asked.again();
                        return t.peers.applied;
                      }}
                    >
                      {t.peers.apply}
                    </Act>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Loaded>
  );
}
