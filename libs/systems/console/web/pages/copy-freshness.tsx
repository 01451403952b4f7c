import { useState } from 'preact/hooks';
import type { CopyState } from '../../src/ask/state.ts';
import { api } from '../api.ts';
import { count } from '../format.ts';
import { silent } from '../live.ts';
import { t } from '../texts.ts';
import { Act, Ago, Loaded, useAsked } from '../ui/parts.tsx';
import { Plot } from '../ui/plot.tsx';

interface Fresh {
  complete: boolean;
  appliedEtag: number | null;
  sourceEtag: number | null;
  behindMs: number | null;
  sourceReachable: boolean;
}

/** How fresh a copy is, as its requester says after asking the owner; an answer of before is never shown as one of now. */
export function Freshness({
  copy,
  path,
  points,
}: {
  copy: CopyState;
  path: string;
  points: { at: number; value: number | null }[];
}) {
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const fresh = useAsked(async () => {
    const answer = await api<Fresh>(`${path}/freshness`);
    setAskedAt(Date.now());
    return answer;
  }, [copy.id, copy.state, copy.in?.generation]);
  // An answer of before says nothing about now once either side has stopped answering.
  const sides = [copy.owner, copy.requester];
  const isNow = fresh.error === null && !silent.value.some(({ name }) => sides.includes(name));
  return (
    <section class="card">
      <header>
        <h2>{t.copy.freshness}</h2>
        <Act
          kind="small"
          run={async () => {
            await fresh.again();
            return null;
          }}
        >
          {t.copy.ask(copy.owner)}
        </Act>
      </header>
      <Loaded asked={fresh}>
        {(value) => (
          <div class="stack" style={{ gap: '10px' }}>
            <p class="strong">
              {!isNow || !value.sourceReachable
                ? t.copy.freshUnknown
                : value.behindMs === 0
                  ? t.copy.isFresh(copy.owner)
                  : value.behindMs === null
                    ? t.copy.behindUnknown
                    : t.copy.isBehind(value.behindMs)}
            </p>
            {(!isNow || !value.sourceReachable) && (
              <p class="dim small">
                {t.copy.freshWas(copy.owner, value.behindMs, value.sourceReachable ? askedAt : null)}
              </p>
            )}
            <dl class="figures quiet">
              <div>
                <dt>{t.copy.appliedHere}</dt>
                <dd>{count(value.appliedEtag)}</dd>
              </div>
              <div>
                <dt>{t.copy.newestAt(copy.owner)}</dt>
                <dd>{count(value.sourceEtag)}</dd>
              </div>
              <div>
                <dt>{value.sourceReachable ? t.copy.asked : t.copy.askedInVain}</dt>
                <dd>
                  <Ago at={askedAt} />
                </dd>
              </div>
            </dl>
          </div>
        )}
      </Loaded>
      <Plot points={points} label={t.copy.behindPlot} unit="ms" />
    </section>
  );
}
