/** Where a sink keeps the positions of all pipelines that write to it. */
export const CHECKPOINTS_TABLE = 'spark_pipeline_checkpoints';
/** In each folder of a file sink. */
export const OWNER_FILE = '.spark-pipeline';
export const CHECKPOINTS_TOPIC = 'spark.pipelines.checkpoints';

/**
 * Whether a name leads to the table of positions: whoever writes there moves other pipelines. SQLite knows no difference of case; a
 * schema before the name, or quotes around it, are no way around either.
 */
export function isReservedTable(name: string): boolean {
  const last = name.split('.').at(-1) ?? '';
  return bare(last) === CHECKPOINTS_TABLE;
}

/** Whether a name is that of the topic of positions. */
export const isReservedTopic = (name: string): boolean => bare(name) === CHECKPOINTS_TOPIC;

const bare = (name: string): string => name.replaceAll(/["'`[\]\s]/g, '').toLowerCase();
