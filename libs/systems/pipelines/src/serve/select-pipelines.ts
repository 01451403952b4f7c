import type { ApiCaller } from '@nestjs-spark/auth';
import { ownValue } from '../connect/own-value.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Projected } from '../project/projection.ts';
import { canRead } from './access.ts';

export interface ListQuery {
  skip: number;
  take: number;
  state?: string;
  label?: string;
  q?: string;
}

/** The pipelines that match the query and that the caller may read, ordered by id. */
export function selectPipelines(
  all: readonly Projected[],
  { state, label, q }: ListQuery,
  caller: ApiCaller,
): Projected[] {
  const [, name = '', value] = /^([^:=]*)(?:[:=](.*))?$/s.exec(label ?? '') ?? [];
  const wanted = q?.toLowerCase();
  return all
    .filter(({ key, state: { status } }) => canRead(caller, key) && status !== 'Deleted')
    .filter(({ state: { status } }) => !state || status.toLowerCase() === state.toLowerCase())
    .filter(({ state: { definition } }) => {
      const has = ownValue(definition?.labels ?? {}, name);
      return label === undefined || (has !== undefined && (value === undefined || has === value));
    })
    .filter(({ state: { definition } }) => wanted === undefined || textOf(definition).includes(wanted))
    .toSorted((one, other) => (one.key.pipelineId < other.key.pipelineId ? -1 : 1));
}

const textOf = (definition: PipelineDefinition | null): string =>
  [definition?.pipelineId, definition?.name, definition?.description].join('\n').toLowerCase();
