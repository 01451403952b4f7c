import { BATCHES_KEPT } from './ports.ts';

/** The names of a cluster's streams and subjects. */
export interface JetStreamPlace {
  /** The prefix of the names of streams and buckets. */
  stream: string;
  /** The prefix of subjects. */
  root: string;
}

export const PLACE: JetStreamPlace = { stream: 'SPARK_PIPELINE', root: 'spark.pipelines' };

/** The logs of a cluster, each in its own stream. Some only keep the newest messages of a subject. */
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
