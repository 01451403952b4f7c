import type { Apps } from './start-apps.ts';

/** What a newcomer can do now, as lines to copy. */
export function invitation({ fleet, hr, console: page, operatorToken }: Apps, id: string): string {
  const open = page ? `\nOpen the console:\n\n  ${page.url}/spark/console#token=${operatorToken}\n` : '';
  return `${open}
Try it yourself. With the header Spark-Change, HR answers once that change has arrived:

  curl -w '\\n' ${hr.url}/cars/${id}
  change=$(curl -s -o /dev/null -D - -X PUT ${fleet.url}/cars/${id} -H 'content-type: application/json' \\
    -d '{"licensePlate":"1-ABC-123","model":"Golf","year":2024,"color":"green"}' |
    tr -d '\\r' | sed -n 's/^Spark-Change: //p')
  curl -w '\\n' ${hr.url}/cars/${id} -H "Spark-Change: $change"
  curl -w '\\n' '${hr.url}/cars?take=5'

Deleted in Fleet, the car is gone from HR too, which answers 404 once the delete has arrived:

  change=$(curl -s -o /dev/null -D - -X DELETE ${fleet.url}/cars/${id} |
    tr -d '\\r' | sed -n 's/^Spark-Change: //p')
  curl -w '\\n%{http_code}\\n' ${hr.url}/cars/${id} -H "Spark-Change: $change"

How far every copy is:

  curl -w '\\n' -H 'authorization: Bearer ${operatorToken}' ${hr.url}/spark/replication

To look at:

  OpenAPI   ${fleet.url}/api   ${hr.url}/api
  Health    ${fleet.url}/health/ready   ${hr.url}/health/ready
  Metrics   ${fleet.url}/metrics   ${hr.url}/metrics

Running until Ctrl-C.`;
}
