/**
 * Refuses regular expressions in shipped code that take more than linear time over some text: texts come from other modules,
 * users and servers, and the longest is as long as its writer wants it. Part of `npm run lint`.
 */
import { globSync, readFileSync } from 'node:fs';
import { check } from 'recheck';
import { readArguments } from './arguments.ts';
import { type Expression, findExpressions } from './expressions/find-expressions.ts';

readArguments({
  help: 'node tools/expressions.ts: refuses regular expressions that are not linear; part of npm run lint.',
});

/** Looked at by hand; why they are linear although the check says otherwise. */
const KNOWN: Readonly<Record<string, string>> = {
  // Read as polynomial by guessing: each alternative ends at the run of digits that it began in, and a run has one point.
  [String.raw`\d{16}|\d\.\d{15}|\.\d*0(?!\d)|\d[eE][+-]?\d|-0(?!\.\d)`]: 'one pass over each run of digits',
  // Sometimes guessed to be polynomial when the machine is busy: a match begins only at the beginning of a word, and each word is read once forwards and once back.
  [String.raw`\b(get|set|static|defineProperty|defineProperties|create|freeze|Proxy|Reflect|eval|Function|constructor|__\w+__)\b`]:
    'one pass over each word',
  // The same: a match begins only at the first slash of a run.
  [String.raw`(?<!\/)\/+$`]: 'one pass over each run of slashes',
};
const CHECK_MS = 60_000;
/** The checker confirms what it guesses by the clock, so on a busy machine it suspects linear expressions now and then, never each time. */
const TRIES = 4;

const files = globSync('libs/*/*/src/**/*.ts').filter((file) => !/\.spec\.ts$|\/fixtures\//.test(file));
const places = new Map<string, { expression: Expression; at: string[] }>();
for (const file of files) {
  for (const expression of findExpressions(readFileSync(file, 'utf8'))) {
    const key = `${expression.pattern}/${expression.flags}`;
    const known = places.get(key) ?? { expression, at: [] };
    known.at.push(`${file}:${expression.line}`);
    places.set(key, known);
  }
}

let findings = 0;
for (const { expression, at } of places.values()) {
  const { pattern, flags } = expression;
  if (KNOWN[pattern] !== undefined) continue;
  const found = await checkAgain(pattern, flags);
  if (found.status === 'safe') continue;
  findings++;
  const why =
    found.status === 'vulnerable'
      ? `${found.complexity.summary}, as with ${found.attack.pattern}`
      : `not decided: ${found.error.kind}`;
  console.error(`${at.join(', ')}: /${pattern}/${flags} is not linear (${why})`);
}
console.log(`${places.size} regular expressions of ${files.length} files looked at, ${findings} refused.`);
process.exit(findings > 0 ? 1 : 0);

/** As safe as it is found once: what is not linear is found at each try. */
async function checkAgain(pattern: string, flags: string): ReturnType<typeof check> {
  for (let tries = 1; ; tries++) {
    const found = await check(pattern, flags, { timeout: CHECK_MS });
    if (found.status === 'safe' || found.checker !== 'fuzz' || tries === TRIES) return found;
  }
}
