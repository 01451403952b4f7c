import { nearestName } from '../names/nearest-name.ts';
import { KNOWN_VARIABLES, SERVER_VARIABLES } from './known-variables.ts';

/** Apache Spark has the same prefix, operators name their own backends, and only tests read `SPARK_TEST_*`. */
const NOT_OURS =
  /^SPARK_(?:HOME|USER|CONF_DIR|LOG_DIR|PID_DIR|JOBS_BACKEND_\w+_TOKEN|(?:TEST|LOCAL|WORKER|MASTER|DAEMON|EXECUTOR|DRIVER|HISTORY|SHUFFLE|SUBMIT|CONNECT|LAUNCHER|K8S|YARN)_\w+)$/;

/** NATS' own command line reads it. */
const OF_NATS = 'NATS_NKEY';

/** A secret's variable can name a file instead. */
const IN_FILE = /_FILE$/;

/**
 * One line for each variable that nothing reads and whose name is close to one that is read. Others are not reported: Apache
 * Spark and other programs have variables with this prefix too.
 */
export function misspeltVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const meant = value ? meantBy(name) : null;
    return meant === null ? [] : [`${name} is not read: did you mean ${meant}? Rename or unset it`];
  });
}

/** The variable that a misspelled one was probably meant to be; null for one that is read, or that belongs to another program. */
function meantBy(name: string): string | null {
  const [prefix] = /^(?:SPARK|NATS|RAVENDB)_/.exec(name) ?? [];
  if (prefix === undefined || name === OF_NATS || NOT_OURS.test(name)) return null;
  const known = [...KNOWN_VARIABLES, ...SERVER_VARIABLES].filter((one) => one.startsWith(prefix));
  const stem = name.replace(IN_FILE, '');
  if (known.includes(stem)) return null;
  const nearest = nearestName(stem, known);
  return nearest === null ? null : `${nearest}${name.slice(stem.length)}`;
}
