import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { PipelinesNode, RunNotice } from '../own/pipelines-node.ts';
import { NO_PROGRESS, type RunStatus } from '../project/view.ts';
import { measurePipelines } from './pipeline-metrics.ts';

const key = { tenant: 'default', pipelineId: 'few' };
const status: RunStatus = {
  phase: 'running',
  node: 'one',
  epoch: 1,
  since: null,
  retries: 0,
  lastError: null,
  progress: { ...NO_PROGRESS, lag: 7 },
};

it('The lag of a pipeline is not shown any more when it is deleted', async () => {
  const registry = new Registry();
  let tell: (notice: RunNotice) => void = () => undefined;
  const node = { notice: (listener: typeof tell) => void (tell = listener) } as unknown as PipelinesNode;
  measurePipelines(registry, node);
  const lag = () => registry.getSingleMetricAsString('spark_pipeline_lag_records');
  tell({ kind: 'report', key, status, before: null });
  expect(await lag()).toContain('{pipeline="few"} 7');
  tell({ kind: 'deleted', key });
  expect(await lag()).not.toContain('few');
});
