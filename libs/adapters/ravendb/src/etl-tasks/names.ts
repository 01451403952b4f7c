/** What the connection string and the task of a requester are both called. */
export function etlTaskName(requester: string): string {
  return `spark-etl-${requester}`;
}
