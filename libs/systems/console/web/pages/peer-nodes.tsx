import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../texts.ts';
import { Act, Ago, Dialog } from '../ui/parts.tsx';
import { SystemMark } from '../ui/state-mark.tsx';
import type { Replica } from './replica.ts';

interface Absent {
  node: string;
  state: string;
  lastSeen: string | null;
}

/** A service's nodes, each with how far it is in the log; and those that only the others know of. */
export function Nodes({ nodes }: { nodes: readonly Replica[] }) {
  const [retiring, setRetiring] = useState<string | null>(null);
  const [asked] = nodes;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t.peers.node}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.peers.node}</th>
            <th scope="col">{t.peers.state}</th>
            <th scope="col" class="wide">
              {t.peers.position}
            </th>
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
            <Present key={node.key} node={node} />
          ))}
          {absentOf(nodes).map((member) => (
            <tr key={member.node} class="gray">
              <td class="strong">{member.node}</td>
              <td>
                <SystemMark state={member.state} />
              </td>
              <td class="wide">
                {t.peers.lastSeen} <Ago at={member.lastSeen} />
              </td>
              <td class="num" colSpan={2}>
                {member.state !== 'retired' && (
                  <button
                    type="button"
                    class="button small"
                    disabled={!mayWrite()}
                    onClick={() => setRetiring(member.node)}
                  >
                    {t.peers.retire}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {retiring !== null && asked && (
        <Retire node={retiring} module={asked.module} onClose={() => setRetiring(null)} />
      )}
    </div>
  );
}

/** The nodes that others name as members and that do not report themselves. */
function absentOf(nodes: readonly Replica[]): Absent[] {
  const present = new Set(nodes.map(({ node }) => node));
  const known = new Map<string, Absent>();
  for (const { node, state, lastSeen } of nodes.flatMap(({ members }) => members))
    if (node !== null && !present.has(node)) known.set(node, { node, state: state ?? 'away', lastSeen });
  return [...known.values()];
}

function Present({
  node: { node, state, reason, log, backlog, clockOffsetMs, newLives },
}: {
  node: Replica;
}) {
  const last = newLives.at(-1);
  return (
    <tr>
      <td>
        <span class="strong">{node}</span>
        {last && <div class="dim small">{t.peers.lives(newLives.length, last.why ?? '')}</div>}
      </td>
      <td>
        <SystemMark state={state} />
        {reason && <div class="warn small">{reason}</div>}
        {log.state === 'away' && <div class="warn small">{t.peers.logAway}</div>}
      </td>
      <td class="wide">
        <span class="row">
          <progress
            aria-label={`${t.peers.position}: ${node}`}
            max={Math.max(1, log.last - log.lowWater)}
            value={log.last === log.lowWater ? 1 : Math.max(0, log.position - log.lowWater)}
          />
          <span class="dim small">{t.peers.of(count(log.position), count(log.last))}</span>
        </span>
      </td>
      <td class={`num ${backlog > 0 ? 'warn' : ''}`}>{count(backlog)}</td>
      <td class={`num wide ${Math.abs(clockOffsetMs) > 1_000 ? 'warn' : ''}`}>
        {t.peers.ahead(clockOffsetMs)}
      </td>
    </tr>
  );
}

/** What cannot be taken back is confirmed by its name. */
function Retire({ node, module, onClose }: { node: string; module: string; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const run = async (): Promise<string> => {
    try {
      await api(`peers/${encodeURIComponent(module)}/retire`, 'POST', { node });
      return t.peers.retiring.done(node);
    } finally {
      onClose();
    }
  };
  return (
    <Dialog label={t.peers.retiring.heading(node)} onClose={onClose}>
      <div class="stack">
        <h2>{t.peers.retiring.heading(node)}</h2>
        <p>{t.peers.retiring.text(node)}</p>
        <label class="stack" style={{ gap: '4px' }}>
          <span class="small">{t.peers.retiring.type(node)}</span>
          <input
            class="field mono"
            value={typed}
            autocomplete="off"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div class="row">
          <Act kind="danger" disabled={typed !== node} run={run}>
            {t.peers.retiring.button}
          </Act>
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
