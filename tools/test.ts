import { startServers } from '@nestjs-spark/servers';
import { readHelp } from './arguments.ts';
import { starterGone } from './apps/starter-gone.ts';
import { build } from './build.ts';
import { serversFor } from './testing/servers-for.ts';
import { testEnvironment } from './testing/environment.ts';
import { runJest } from './testing/run-jest.ts';
import { writeDurations } from './testing/durations.ts';
import { countLine, summarize } from './testing/summary.ts';

readHelp(`npm test: builds, starts RavenDB and NATS where they are available, and runs all tests.
  npm test -- test/system          only the files whose path contains this
  npm test -- PATH -t 'a name'     only the tests whose name contains this; all of Jest's options are accepted
SPARK_REQUIRE_SERVERS=1 makes a missing server, or a skipped test, a failure.
SPARK_TEST_DURATIONS=1 writes how long the suites took to tools/testing/durations.json, which decides what starts first.`);

const complete = process.env['SPARK_REQUIRE_SERVERS'] === '1';
const LICENSED = '(with RAVEN_LICENSE)';

async function run(): Promise<boolean> {
  await build();
  const servers = await startServers({ temporary: true, ...(await serversFor(process.argv.slice(2))) });
  try {
    for (const { reason, remedy } of servers.missing)
      console.log(`\n${reason}${remedy === null ? '' : `\nRemedy: ${remedy}`}\n`);
    const { code, report } = await runJest(process.argv.slice(2), testEnvironment(servers));
    if (!report) throw new Error(`Jest ended with code ${code} and wrote no report`);
    if (process.env['SPARK_TEST_DURATIONS'] === '1') await writeDurations(report);
    const summary = summarize(report);
    list(`Left out, ${summary.leftOut.length} suites`, summary.leftOut);
    list(
      'They need what is not available here',
      servers.missing.map(({ server, brief }) => `${server}: ${brief}`),
    );
    list('Skipped', summary.otherSkipped);
    // Unlike servers, a licence cannot be fetched: tests that need one say so in their names and may be skipped.
    const unexplained = summary.otherSkipped.filter((name) => !name.includes(LICENSED));
    const incomplete =
      complete && (servers.missing.length > 0 || summary.leftOut.length > 0 || unexplained.length > 0);
    if (incomplete) console.log('\nSPARK_REQUIRE_SERVERS=1: a missing server or a skipped test is a failure');
    console.log(`\n${countLine(summary)}`);
    return code === 0 && summary.failed === 0 && !incomplete;
  } finally {
    await servers.stop();
  }
}

function list(title: string, names: readonly string[]): void {
  if (names.length > 0) console.log(`\n${title}:\n${names.map((name) => `  - ${name}`).join('\n')}`);
}

// npm passes a signal to its shell, which does not pass it on.
void starterGone(new AbortController().signal).then(() => process.kill(process.pid, 'SIGTERM'));
try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error);
  console.log(`\n${countLine({ passed: 0, failed: 1, skipped: 0 })}`);
  process.exitCode = 1;
}
