import { expect, it } from '@jest/globals';
import { noneWithId } from './none-with-id.ts';

it('The answer to an unknown id says what was looked for, and shows the id, shortened if it is long', () => {
  expect(noneWithId('pipeline', 'fist')).toMatchObject({
    status: 404,
    message: 'There is no pipeline with the id "fist".',
  });
  expect(noneWithId('dead letter', 'a"b', '; it may have been replayed already').message).toBe(
    String.raw`There is no dead letter with the id "a\"b"; it may have been replayed already.`,
  );
  expect(noneWithId('job', 'x'.repeat(10_000)).message.length).toBeLessThan(200);
});
