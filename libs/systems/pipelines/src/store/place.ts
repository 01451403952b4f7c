/** Where a cluster's streams and subjects are. */
export interface JetStreamPlace {
  /** What the names of streams and buckets begin with. */
  stream: string;
  /** What the subjects begin with. */
  root: string;
}

export const PLACE: JetStreamPlace = { stream: 'SPARK_PIPELINE', root: 'spark.pipelines' };
