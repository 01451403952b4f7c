import { count, rate } from '../format.ts';
import { A } from '../router.tsx';
import { t } from '../texts.ts';
import { Missing, None } from '../ui/missing.tsx';
import { Heading } from '../ui/parts.tsx';
import { SystemMark } from '../ui/state-mark.tsx';
import { useList } from '../ui/use-list.ts';

/** A pipeline as the list has it. */
export interface PipelineItem {
  key: string;
  module: string;
  pipelineId: string;
  name: string | null;
  state: string;
  reason: string | null;
  version: number | null;
  sequence: number | null;
  source: string;
  steps: string[];
  sink: string;
  phase: string | null;
  node: string | null;
  epoch: number | null;
  lastError: string | null;
  read: number | null;
  written: number | null;
  filtered: number | null;
  letters: number;
  lag: number | null;
  rate: number;
  lastBatchAt: string | null;
}

export function PipelinesPage() {
  const list = useList<PipelineItem>('pipelines');
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.pipelines.heading} />
          <p>{t.pipelines.under}</p>
        </div>
      </div>
      {list === null ? (
        <div class="skeleton" aria-hidden="true" />
      ) : (
        <div class="stack">
          <Missing {...list} more={t.pipelines.truncated} />
          <div class="card flush">
            {list.items.length === 0 ? (
              <None lacks={list.missing.length + list.unnamed.length > 0}>{t.pipelines.nothing}</None>
            ) : (
              <Table pipelines={list.items.toSorted((a, b) => (a.key < b.key ? -1 : 1))} />
            )}
          </div>
        </div>
      )}
    </>
  );
}

export function pipelinePath({ module, pipelineId }: Pick<PipelineItem, 'module' | 'pipelineId'>): string {
  return `/pipelines/${encodeURIComponent(pipelineId)}?module=${encodeURIComponent(module)}`;
}

function Table({ pipelines }: { pipelines: readonly PipelineItem[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t.pipelines.heading}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.pipelines.name}</th>
            <th scope="col">{t.pipelines.state}</th>
            <th scope="col" class="wide">
              {t.pipelines.path}
            </th>
            <th scope="col" class="num">
              {t.pipelines.rate}
            </th>
            <th scope="col" class="num wide">
              {t.pipelines.lag}
            </th>
            <th scope="col" class="num wide">
              {t.pipelines.written}
            </th>
            <th scope="col" class="num">
              {t.pipelines.letters}
            </th>
          </tr>
        </thead>
        <tbody>
          {pipelines.map((pipeline) => (
            <tr key={pipeline.key} class="go-row">
              <td>
                <A class="to" to={pipelinePath(pipeline)} data-row>
                  {pipeline.name ?? pipeline.pipelineId}
                </A>
                <div class="dim small">{pipeline.module}</div>
                {(pipeline.reason ?? pipeline.lastError) && (
                  <div class="bad small clip">{pipeline.reason ?? pipeline.lastError}</div>
                )}
              </td>
              <td>
                <SystemMark state={pipeline.state} />
              </td>
              <td class="wide dim">{[pipeline.source, ...pipeline.steps, pipeline.sink].join(' → ')}</td>
              <td class="num">{rate(pipeline.rate)}</td>
              <td class={`num wide ${(pipeline.lag ?? 0) > 0 ? 'warn' : ''}`}>{count(pipeline.lag)}</td>
              <td class="num wide">{count(pipeline.written)}</td>
              <td class={`num ${pipeline.letters > 0 ? 'warn' : ''}`}>{count(pipeline.letters)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
