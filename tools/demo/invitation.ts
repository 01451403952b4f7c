import type { Apps } from './start-apps.ts';

/** What a newcomer can do now, as lines to copy. */
export function invitation({ fleet, hr, console: page, operatorToken }: Apps, id: string): string {
  const open = page ? `\nOpen the console:\n\n  ${page.url}/spark/console#token=${operatorToken}\n` : '';
  return `${open}
Try it yourself. With the header Spark-Change, HR answers once that change has arrived:

  curl ${hr.url}/cars/${id}
  change=$(curl -s -o /dev/null -D - -X PUT ${fleet.url}/cars/${id} -H 'content-type: application/json' \\
    -d '{"licensePlate":"1-ABC-123","model":"Golf","year":2024,"color":"green"}' |
    tr -d '\\r' | sed -n 's/^Spark-Change: //p')
  curl ${hr.url}/cars/${id} -H "Spark-Change: $change"
  curl '${hr.url}/cars?take=5'
  curl -X DELETE ${fleet.url}/cars/${id}
  curl -H 'authorization: Bearer ${operatorToken}' ${hr.url}/spark/replication

To look at:

  OpenAPI   ${fleet.url}/api   ${hr.url}/api
  Health    ${fleet.url}/health/ready   ${hr.url}/health/ready
  Metrics   ${fleet.url}/metrics   ${hr.url}/metrics

Running until Ctrl-C.`;
}
