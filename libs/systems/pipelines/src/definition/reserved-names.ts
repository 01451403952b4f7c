/** The table in which a sink keeps the checkpoints of all pipelines that write to it. */
export const CHECKPOINTS_TABLE = 'spark_pipeline_checkpoints';
/** The file in each folder of a file sink that names its owner, and the one that names the generation whose files it has. */
export const OWNER_FILE = '.spark-pipeline';
export const GENERATION_FILE = '.spark-generation';
export const CHECKPOINTS_TOPIC = 'spark.pipelines.checkpoints';

/** Whether a name refers to the checkpoints table, however it is written: writing to it would move other pipelines. */
export function isReservedTable(name: string): boolean {
  const last = name.split('.').at(-1) ?? '';
  return bare(last) === CHECKPOINTS_TABLE;
}

/** Whether a name refers to the checkpoints topic. */
export const isReservedTopic = (name: string): boolean => bare(name) === CHECKPOINTS_TOPIC;

const bare = (name: string): string => name.replaceAll(/["'`[\]\s]/g, '').toLowerCase();
