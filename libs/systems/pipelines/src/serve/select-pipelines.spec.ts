import { expect, it } from '@jest/globals';
import { OPERATOR } from '@nestjs-spark/auth/internal';
import { EMPTY } from '../aggregate/state.ts';
import type { Projected } from '../project/projection.ts';
import { selectPipelines } from './select-pipelines.ts';

function labelled(pipelineId: string, labels: Record<string, string>): Projected {
  const definition = {
    pipelineId,
    name: pipelineId,
    labels,
    source: { type: 'generate' },
    sink: { type: 'log' },
  } as const;
  const state = { ...EMPTY, status: 'Configured', definition } as const;
  return { key: { tenant: 'default', pipelineId }, state, position: 1 };
}

const ALL = [labelled('a', { team: 'growth' }), labelled('b', { docs: 'https://wiki/b?x=1' })];

it.each<[string, readonly string[]]>([
  ['team', ['a']],
  ['team:growth', ['a']],
  ['team=growth', ['a']],
  ['team:', []],
  ['docs=https://wiki/b?x=1', ['b']],
  ['constructor', []],
  ['toString', []],
])('Pipelines are selected by their own labels, with whole values: %s', (label, ids) => {
  const found = selectPipelines(ALL, { label, skip: 0, take: 10 }, OPERATOR);
  expect(found.map(({ key }) => key.pipelineId)).toEqual(ids);
});
