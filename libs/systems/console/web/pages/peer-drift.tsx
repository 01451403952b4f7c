import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { t } from '../texts.ts';
import { Act, Confirm } from '../ui/parts.tsx';
import type { Replica } from './replica.ts';

interface Report {
  comparedWith: string;
  differences: { recordId: string; kind: string }[];
  inFlight: number;
}

/** Compares a node's records with those of another, and repairs them. */
export function Drift({
  entity,
  node,
  others,
  path,
}: {
  entity: string;
  node: Replica;
  others: readonly Replica[];
  path: string;
}) {
  const [report, setReport] = useState<Report | null>(null);
  const [repairing, setRepairing] = useState(false);
  const compare = async (other: string): Promise<null> => {
    setReport(await api<Report>(`${path}/drift?with=${encodeURIComponent(other)}`));
    return null;
  };
  const other = report?.comparedWith ?? '';
  const differ = report?.differences.length ?? 0;
  return (
    <section class="card" aria-label={`${entity}: ${t.peers.digest}`}>
      <header>
        <h2>
          {entity}: {t.peers.digest}
        </h2>
        <div class="row">
          {others.map((one) => (
            <Act key={one.node} kind="small" disabled={!mayWrite()} run={() => compare(one.node)}>
              {t.peers.compareWith(one.node)}
            </Act>
          ))}
          {differ > 0 && (
            <button
              type="button"
              class="button small"
              disabled={!mayWrite()}
              onClick={() => setRepairing(true)}
            >
              {t.peers.repair}
            </button>
          )}
        </div>
      </header>
      {report === null ? (
        <p class="dim">{t.peers.notCompared}</p>
      ) : (
        <div class="stack" role="status">
          <p class={differ > 0 ? 'warn' : 'ok'}>
            {differ === 0 && report.inFlight === 0
              ? t.peers.sameAs(other)
              : t.peers.differencesTo(other, differ, report.inFlight)}
          </p>
          {differ > 0 && (
            <ul class="plain">
              {report.differences.slice(0, 100).map(({ recordId, kind }) => (
                <li key={recordId}>
                  <span class="mono">{recordId}</span>{' '}
                  <span class="dim small">{t.peers.drift[kind] ?? kind}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      {repairing && (
        <Confirm
          heading={t.peers.repairing.heading(entity, node.node)}
          text={t.peers.repairing.text(node.node, other)}
          button={t.peers.repairing.button}
          onClose={() => setRepairing(false)}
          run={async () => {
            const { repaired, left } = await api<{ repaired: number; left: number }>(
              `${path}/repair?with=${encodeURIComponent(other)}`,
              'POST',
              {},
            );
            await compare(other);
            return t.peers.repairing.done(repaired, left);
          }}
        />
      )}
    </section>
  );
}
