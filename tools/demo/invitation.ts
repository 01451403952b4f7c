import { curl } from '../apps/curl.ts';
import type { Operator } from '../apps/operator-token.ts';
import type { Apps } from './start-apps.ts';

/** What a newcomer can do now, as lines to copy. */
export function invitation({ fleet, hr, console: page, operator }: Apps, id: string): string {
  return `${page ? opening(`${page.url}/spark/console`, operator) : ''}
Try it yourself. With the header Spark-Change, HR answers once that change has arrived:

  ${curl(`${hr.url}/cars/${id}`)}
  change=$(curl -sS -o /dev/null -D - -X PUT ${fleet.url}/cars/${id} -H 'content-type: application/json' \\
    -d '{"licensePlate":"1-ABC-123","model":"Golf","year":2024,"color":"green"}' |
    tr -d '\\r' | sed -n 's/^Spark-Change: //p')
  ${curl(`${hr.url}/cars/${id} -H "Spark-Change: $change"`)}
  ${curl(`'${hr.url}/cars?take=5'`)}

Deleted in Fleet, the car is gone from HR too, which answers 404 once the delete has arrived:

  change=$(curl -sS -o /dev/null -D - -X DELETE ${fleet.url}/cars/${id} |
    tr -d '\\r' | sed -n 's/^Spark-Change: //p')
  ${curl(`${hr.url}/cars/${id} -H "Spark-Change: $change"`, '%{http_code}\\n')}

The state of every copy:

  ${curl(`${hr.url}/spark/replication${operator.credential}`)}

To look at:

  OpenAPI   ${fleet.url}/api   ${hr.url}/api
  Health    ${fleet.url}/health/ready   ${hr.url}/health/ready
  Metrics   ${fleet.url}/metrics   ${hr.url}/metrics

Running until Ctrl-C.`;
}

/** Only a token that was made for this run may be shown. */
function opening(url: string, { token, isMade }: Operator): string {
  return isMade
    ? `\nOpen the console:\n\n  ${url}#token=${token}\n`
    : `\nOpen the console, and sign in with your operator token:\n\n  ${url}\n`;
}
