import { expect, it } from '@jest/globals';
import type { App } from '../apps/app.ts';
import { operatorOf } from '../apps/operator-token.ts';
import { invitation } from './invitation.ts';

const app = (name: string): App => ({ name, url: `http://${name}`, process: undefined as never });
const apps = { fleet: app('fleet'), hr: app('hr'), console: app('console') };

it('An operator token that was given is not shown, and printed commands name where it is', async () => {
  const operator = await operatorOf({ SPARK_OPERATOR_TOKEN: 'the-operators' });
  const text = invitation({ ...apps, operator }, 'cars/1-A');
  expect(text).not.toContain('the-operators');
  expect(text).toContain('sign in with your operator token:\n\n  http://console/spark/console\n');
  expect(text).toContain(`/spark/replication -H "authorization: Bearer $SPARK_OPERATOR_TOKEN"`);
});

it('A token that was made for this run is in the commands, and in the address of the console', async () => {
  const operator = await operatorOf({});
  const text = invitation({ ...apps, operator }, 'cars/1-A');
  expect(operator.token).toMatch(/^[0-9a-f]{32}$/);
  expect(text).toContain(`http://console/spark/console#token=${operator.token}\n`);
  expect(text).toContain(`/spark/replication -H 'authorization: Bearer ${operator.token}'`);
});
