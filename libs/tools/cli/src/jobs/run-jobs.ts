import { messageOf, parseWords, unexpectedWord, unknownWord } from '@nestjs-spark/foundation/internal';
import { checkBackend, HttpBackend, resolveJobsSettings, type KitCheck } from '@nestjs-spark/jobs/internal';
import { CliError } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';

export const JOBS_USAGE = `Tools for transformation jobs.

  npx @nestjs-spark/cli jobs check-backend URL
      tries everything that jobs expect of a backend of your own: idempotent starts, results, progress,
      cancellation with proof, causes of failures. The backend needs the handlers kit-echo (returns its
      input), kit-wait (waits until it is cancelled) and kit-fail (fails).
      SPARK_JOBS_BACKEND_CHECKED_TOKEN is sent as Bearer

Exit codes: 0 every case has passed, 1 one has failed, 2 wrong usage.
`;

const COMMAND = 'check-backend';
const EXPECTED = `The command is ${COMMAND} URL.`;

/** @throws {CliError} when the command is wrong */
export async function runJobs(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h'))
    return { exitCode: 0, text: JOBS_USAGE };
  const checks: KitCheck[] = [];
  for await (const check of checkBackend(backendOf(argv, environment))) checks.push(check);
  const failed = checks.filter(({ passed }) => !passed);
  const lines = checks.map(({ name, passed, expected, actual }) =>
    passed ? `passed  ${name}` : `FAILED  ${name}\n        expected ${expected}\n        found    ${actual}`,
  );
  const summary =
    failed.length === 0
      ? `All ${checks.length} cases passed.`
      : `${failed.length} of ${checks.length} failed.`;
  return { exitCode: failed.length === 0 ? 0 : 1, text: [...lines, summary].join('\n') };
}

function backendOf(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): HttpBackend {
  try {
    const { positionals } = parseWords({ args: [...argv], options: {}, allowPositionals: true });
    const [command, url, surplus] = positionals;
    if (command !== undefined && command !== COMMAND)
      throw new Error(`${unknownWord('command', command, [COMMAND])} ${EXPECTED}`);
    if (command === undefined || url === undefined) throw new Error(EXPECTED);
    if (surplus !== undefined) throw new Error(`${unexpectedWord(surplus, [])} ${EXPECTED}`);
    const { SPARK_JOBS_BACKEND_CHECKED_TOKEN } = environment;
    const { backends } = resolveJobsSettings(
      { store: 'memory', backends: [{ name: 'checked', url }] },
      { SPARK_JOBS_BACKEND_CHECKED_TOKEN },
    );
    const [place] = backends;
    if (!place) throw new Error(EXPECTED);
    // Its messages name the address, which is all that the user of the check knows of it.
    return new HttpBackend({ ...place, name: url });
  } catch (error) {
    throw new CliError(messageOf(error), 2);
  }
}
