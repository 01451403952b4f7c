import { expect, it } from '@jest/globals';
import { asTyped } from './as-typed.ts';

const TEXT = 'Begin with: npx @nestjs-spark/cli keys make HR, or npx @nestjs-spark/cli dataflow start ID';

it.each([
  [{}, TEXT],
  [{ npm_package_name: 'shop', npm_lifecycle_event: 'cli' }, TEXT],
  [
    { npm_package_name: 'spark-for-nestjs', npm_lifecycle_event: 'cli' },
    'Begin with: npm run cli -- keys make HR, or npm run cli -- dataflow start ID',
  ],
  [
    { npm_package_name: 'spark-for-nestjs', npm_lifecycle_event: 'dataflow' },
    'Begin with: npm run cli -- keys make HR, or npm run dataflow -- start ID',
  ],
])('a command in a message is one that runs where it is read: %j', (environment, text) => {
  expect(asTyped(TEXT, environment)).toBe(text);
});

it('what others have named cannot steer the terminal, and JSON stays what it is', () => {
  const id = 'cars/\u001b]0;owned\u0007\r\u009b2J\u202e';
  expect(asTyped(`${id}\n\tnext line`, {})).toBe(
    String.raw`cars/\u001b]0;owned\u0007\u000d\u009b2J\u202e` + '\n\tnext line',
  );
  expect(JSON.parse(asTyped(JSON.stringify({ id }, null, 2), {}))).toEqual({ id });
});
