import { expect, it } from '@jest/globals';
import { run } from '../run.ts';

it.each<[string[], RegExp]>([
  [['validate'], /Name a file: npx @nestjs-spark\/cli dataflow validate FILE/],
  [['fly', 'x'], /Unknown command "fly"/],
  [['valdate', 'x'], /Did you mean "validate"\?/],
  [['start'], /Name a pipeline: npx @nestjs-spark\/cli dataflow start ID/],
  [['list', '--fast'], /--fast/],
  [['list', 'extra'], /^Unexpected argument "extra"\. dataflow list takes no arguments\.$/],
  [['apply', 'a.yaml', 'b.yaml'], /^Unexpected argument "b\.yaml"\. dataflow apply takes one argument\.$/],
  [['apply', 'a.yaml', '--once'], /^--once is an option of run, not of apply: leave it out\.$/],
  [['list', '--reset', 'keep'], /^--reset is an option of run and apply, not of list: leave it out\.$/],
  [['stop', 'adults', '--force'], /^--force is an option of delete, not of stop: leave it out\.$/],
  [['validate', 'a.yaml', '--limit', '3'], /^--limit is an option of preview, not of validate/],
  [['--once'], /^Name a command: validate, test/],
])('refuses %j with the remedy', async (argv, words) => {
  await expect(run(['dataflow', ...argv], {})).rejects.toThrow(words);
});
