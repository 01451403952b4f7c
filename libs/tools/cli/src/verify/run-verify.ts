import { setTimeout as wait } from 'node:timers/promises';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { VerifyReport } from '@nestjs-spark/replication';
import { isVerifyReport } from '../ask/known-answers.ts';
import { askModule } from '../ask/ask-module.ts';
import type { Environment } from '../ask/way.ts';
import { CliError } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { parseVerify } from './parse-verify.ts';
import { isInOrder, renderVerify } from './render-verify.ts';
import { VERIFY_USAGE } from './usage.ts';

const LOOK_EVERY_MS = 500;

/** @throws {CliError} when the command fails */
export async function runVerify(argv: readonly string[], environment: Environment): Promise<Outcome> {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h'))
    return { exitCode: 0, text: VERIFY_USAGE };
  const command = parseVerify(argv, environment);
  const { owner, collection, repair, depth, task, mode, json } = command;
  const path = `/spark/replication/${owner}/${encodeURIComponent(collection)}/verify`;
  const wish = Object.entries({ repair, depth, task }).filter(([, value]) => value !== null);
  const look = async (): Promise<VerifyReport> =>
    ofTask(await askModule(command, { method: 'GET', path }, isVerifyReport), task);
  const begin = (): Promise<VerifyReport> =>
    askModule(command, { method: 'POST', path, body: Object.fromEntries(wish) }, isVerifyReport);
  const first = await (mode === 'look' ? look() : begin());
  const report = mode === 'wait' ? await whenDone(first, look) : first;
  const text = json ? JSON.stringify(report, null, 2) : renderVerify(report, repair && mode !== 'look');
  return { exitCode: isInOrder(report) ? 0 : 1, text };
}

async function whenDone(begun: VerifyReport, look: () => Promise<VerifyReport>): Promise<VerifyReport> {
  let report = begun;
  let said: string | null = null;
  while (report.state !== 'done') {
    const waits = report.tasks.flatMap(({ task, reason }) =>
      reason === null ? [] : [`${task} waits: ${reason}`],
    );
    const now = waits.join('\n');
    if (now !== '' && now !== said) console.error(now);
    said = now;
    await wait(LOOK_EVERY_MS);
    report = await look();
  }
  return report;
}

/** A module reports on all tasks of a collection, each with its own last comparison. */
function ofTask(report: VerifyReport, name: string | null): VerifyReport {
  if (name === null) return report;
  const tasks = report.tasks.filter(({ task }) => sameName(task, name));
  const [first] = tasks;
  if (!first) throw new CliError(`The copies of ${name} were never compared.`, 1);
  return { ...report, state: first.state, tasks };
}
