/** The name in RavenDB of both a requester's ETL task and its connection string: `spark-etl-{Requester}`. */
export function etlTaskName(requester: string): string {
  return `spark-etl-${requester}`;
}
