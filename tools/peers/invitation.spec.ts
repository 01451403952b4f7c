import { expect, it } from '@jest/globals';
import type { App } from '../apps/app.ts';
import { operatorOf } from '../apps/operator-token.ts';
import { invitation } from './invitation.ts';

const node = (name: string): App => ({ name, url: `http://${name}`, process: undefined as never });

it('An operator token that was given is not shown, and printed commands name where it is', async () => {
  const { credential } = await operatorOf({ SPARK_OPERATOR_TOKEN: 'the-operators' });
  const text = invitation([node('a'), node('b'), node('c')], 'notes/1', credential);
  expect(text).not.toContain('the-operators');
  expect(
    text.match(/http:\/\/b\/spark\/peers\S* -H "authorization: Bearer \$SPARK_OPERATOR_TOKEN"/g),
  ).toHaveLength(2);
});
