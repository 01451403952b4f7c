import { BATCHES_KEPT } from './ports.ts';

/** Where a cluster's streams and subjects are. */
export interface JetStreamPlace {
  /** What the names of streams and buckets begin with. */
  stream: string;
  /** What the subjects begin with. */
  root: string;
}

export const PLACE: JetStreamPlace = { stream: 'SPARK_PIPELINE', root: 'spark.pipelines' };

/** The logs of a cluster, each a stream. Of some, only the newest messages of a subject are kept. */
const LOGS = {
  events: { keep: -1, description: 'Spark: what has happened to pipelines' },
  batches: { keep: BATCHES_KEPT, description: 'Spark: batches of pipelines, planned and processed' },
  status: { keep: 1, description: 'Spark: what runs of pipelines do' },
  'dead-letters': { keep: 1, description: 'Spark: records that pipelines could not process' },
} as const;

export type PipelineLog = keyof typeof LOGS;
export const PIPELINE_LOGS = Object.keys(LOGS) as readonly PipelineLog[];

export function logAt({ stream, root }: JetStreamPlace, log: PipelineLog) {
  const name = log.toUpperCase().replaceAll('-', '_');
  return { stream: `${stream}_${name}`, root: `${root}.${log}`, ...LOGS[log] };
}
