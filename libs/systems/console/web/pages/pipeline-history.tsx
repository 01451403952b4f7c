import { api } from '../api.ts';
import { count, moment } from '../format.ts';
import { t } from '../texts.ts';
import { Ago, Loaded, useAsked } from '../ui/parts.tsx';

interface PipelineEvent {
  sequence: number;
  type: string;
  at: string;
  by: string | null;
}

const PAGE = 100;
const SHOWN = 30;

/** The newest events. They are numbered among those of all pipelines, so nobody knows the number at which the last 30 of one begin. */
async function newestOf(path: string): Promise<PipelineEvent[]> {
  let newest: PipelineEvent[] = [];
  for (;;) {
    const after = newest.at(-1)?.sequence ?? 0;
    const page = await api<PipelineEvent[]>(`${path}/history?after=${after}&take=${PAGE}&batches=false`);
    newest = [...newest, ...page].slice(-SHOWN);
    if (page.length < PAGE) return newest;
  }
}

/** What happened to a pipeline, and a choice of its earlier versions. */
export function History({
  path,
  version,
  sequence,
  asOf,
  onAsOf,
}: {
  path: string;
  version: number;
  /** Of its newest event. */
  sequence: number;
  asOf: number | null;
  onAsOf: (version: number | null) => void;
}) {
  const asked = useAsked(() => newestOf(path), [path, sequence]);
  const newest = Math.max(version, asOf ?? 0);
  return (
    <section class="card flush">
      <header class="row between pad">
        <h2>{t.pipelines.history}</h2>
        <label class="row">
          <span class="small dim">{t.pipelines.asOf}</span>
          <select
            class="field"
            value={asOf === null ? '' : String(asOf)}
            onChange={({ currentTarget: { value } }) => onAsOf(value === '' ? null : Number(value))}
          >
            <option value="">{t.pipelines.now}</option>
            {Array.from({ length: Math.min(newest, 50) }, (_, at) => newest - at).map((one) => (
              <option key={one} value={String(one)}>
                {t.pipelines.version(one)}
              </option>
            ))}
          </select>
        </label>
      </header>
      <Loaded asked={asked}>
        {(events) => (
          <div class="scroll" tabIndex={0} role="region" aria-label={t.pipelines.history}>
            <table>
              <thead>
                <tr>
                  <th scope="col" class="num">
                    #
                  </th>
                  <th scope="col">{t.pipelines.events}</th>
                  <th scope="col" class="wide">
                    {t.pipelines.who}
                  </th>
                  <th scope="col" class="num">
                    {t.pipelines.at}
                  </th>
                </tr>
              </thead>
              <tbody>
                {events.toReversed().map((event) => (
                  <tr key={event.sequence}>
                    <td class="num">{count(event.sequence)}</td>
                    <td>{t.jobs.status(event.type.replace(/^Pipeline/, ''))}</td>
                    <td class="wide">{event.by}</td>
                    <td class="num" title={moment(event.at)}>
                      <Ago at={event.at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </section>
  );
}
