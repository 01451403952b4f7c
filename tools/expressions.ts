/**
 * Rejects regular expressions in shipped code that take more than linear time on some text: texts come from other modules, users
 * and servers, and can be of any length. Part of `npm run lint`.
 */
import { globSync, readFileSync } from 'node:fs';
import { check } from 'recheck';
import { readArguments } from './arguments.ts';
import { type Expression, findExpressions } from './expressions/find-expressions.ts';

readArguments({
  help: 'node tools/expressions.ts: refuses regular expressions that are not linear; part of npm run lint.',
});

/** Reviewed manually; why they are linear although the checker disagrees. */
const KNOWN: Readonly<Record<string, string>> = {
  // Wrongly guessed to be polynomial: each alternative ends within the run of digits that it began in, and a run has one point.
  [String.raw`\d{16}|\d\.\d{15}|\.\d*0(?!\d)|\d[eE][+-]?\d|-0(?!\.\d)`]: 'one pass over each run of digits',
  // Sometimes guessed to be polynomial when the machine is busy: a match begins only at the beginning of a word, and each word is
  // read once forwards and once backwards.
  [String.raw`\b(get|set|static|defineProperty|defineProperties|create|freeze|Proxy|Reflect|eval|Function|constructor|__\w+__)\b`]:
    'one pass over each word',
  // Likewise: a match begins only at the first slash of a run.
  [String.raw`(?<!\/)\/+$`]: 'one pass over each run of slashes',
};
const CHECK_MS = 60_000;
/**
 * The checker confirms its guesses by timing, so on a busy machine it occasionally suspects linear expressions, but never each
 * time.
 */
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

/** One safe result is enough: an expression that is not linear is detected at each try. */
async function checkAgain(pattern: string, flags: string): ReturnType<typeof check> {
  for (let tries = 1; ; tries++) {
    const found = await check(pattern, flags, { timeout: CHECK_MS });
    if (found.status === 'safe' || found.checker !== 'fuzz' || tries === TRIES) return found;
  }
}
