/** What the ETL task of a requester and its connection string are both called in RavenDB: `spark-etl-{Requester}`. */
export function etlTaskName(requester: string): string {
  return `spark-etl-${requester}`;
}
