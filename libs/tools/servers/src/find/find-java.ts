import { join } from 'node:path';
import { OLDEST_JAVA } from '../fetch/pins.ts';
import { onPath } from '../host/on-path.ts';
import { runProgram } from '../host/run-program.ts';
import type { Refusal } from './search.ts';
import { isAtLeast } from './version.ts';

const JAVA_REMEDY = `install a Java runtime ${OLDEST_JAVA} or newer, or name one in JAVA_HOME`;

/** The machine's Java, if it is recent enough for Kafka and Apache Spark. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<string | Refusal> {
  const home = env['JAVA_HOME'];
  const wrong = { remedy: JAVA_REMEDY, ...(home && { setting: 'JAVA_HOME' }) };
  const java = home ? join(home, 'bin', 'java') : await onPath('java', env);
  if (!java) return { refused: 'no java on PATH', remedy: JAVA_REMEDY };
  const { code, output } = await runProgram(java, ['-version'], { env, timeoutMs: 60_000 });
  if (code !== 0) return { refused: `${java} does not run`, ...wrong };
  const version = output.split('"')[1] ?? '';
  // The first release of a major version is only called "21".
  const isNewEnough = isAtLeast(version.includes('.') ? version : `${version}.0`, OLDEST_JAVA);
  return isNewEnough ? java : { refused: `${java} is "${version}", older than ${OLDEST_JAVA}`, ...wrong };
}
