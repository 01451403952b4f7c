import { expect, it } from '@jest/globals';
import { parseWords, unexpectedWord, unknownWord } from './parse-words.ts';

const options = { once: { type: 'boolean' }, data: { type: 'string' } } as const;
const parse = (...args: string[]) => parseWords({ args, options, allowPositionals: true });

function faultOf(parsed: () => unknown): string {
  try {
    parsed();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'it fits';
}

it('What fits is parsed', () => {
  expect(parse('--once', '--data', 'DIR', 'jobs')).toMatchObject({
    values: { once: true, data: 'DIR' },
    positionals: ['jobs'],
  });
});

it.each<[string[], string]>([
  [['--onec'], 'Unknown option "--onec". Did you mean "--once"?'],
  [['--dta=DIR'], 'Unknown option "--dta". Did you mean "--data"?'],
  [['-once'], 'Unknown option "-once". Did you mean "--once"?'],
  [['--colour', 'red'], 'Unknown option "--colour".'],
  [['-x'], 'Unknown option "-x".'],
  [["--it's"], `Unknown option "--it's".`],
  [['--data'], '--data needs a value: write it as --data=VALUE.'],
  [['--data', '--once'], '--data needs a value: write it as --data=VALUE.'],
  [['--once=1'], '--once takes no value: write it alone.'],
])('%j is refused in one sentence', (args, message) => {
  expect(faultOf(() => parse(...args))).toBe(message);
});

it('An option that npm has kept for itself is refused: the command would do something else without it', () => {
  const environment = { npm_lifecycle_event: 'jobs', npm_config_once: 'true' };
  expect(faultOf(() => parseWords({ args: [], options }, environment))).toMatch(
    /^npm has kept --once for itself\. Put it behind "--", as in: npm run jobs -- /,
  );
});

it('A word where none is expected may be an option without its dashes', () => {
  const alone = (...args: string[]) => parseWords({ args, options });
  expect(faultOf(() => alone('once'))).toBe('Unexpected argument "once". Did you mean "--once"?');
  expect(faultOf(() => alone('jobs'))).toBe('Unexpected argument "jobs".');
  expect(faultOf(() => alone("it's"))).toBe(`Unexpected argument "it's".`);
  expect(faultOf(() => alone(''))).toBe('Unexpected argument "".');
  expect(faultOf(() => alone("--it's"))).toBe(`Unknown option "--it's".`);
  expect(unexpectedWord('dta', ['data'])).toBe('Unexpected argument "dta". Did you mean "--data"?');
});

it('A command that is not known is named with the one that was meant', () => {
  expect(unknownWord('command', 'lst', ['list', 'get'])).toBe('Unknown command "lst". Did you mean "list"?');
  expect(unknownWord('command', 'deploy', ['list', 'get'])).toBe('Unknown command "deploy".');
});
