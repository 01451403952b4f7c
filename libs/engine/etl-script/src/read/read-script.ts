import { compileScript } from '../compile/compile-script.ts';
import { inspectScript, refused } from '../validate/inspect-script.ts';
import { type ReadJob, type ReadReply, unreadable } from './messages.ts';

/** Nobody reads more. */
const MOST_PROBLEMS = 100;

/** Reads one script. Its author decides how long that takes, so it runs in a thread that can be terminated. */
export function readScript({ transformation, compile }: ReadJob): Omit<ReadReply, 'ms'> {
  try {
    const inspection = inspectScript(transformation);
    const { problems } = inspection;
    if (problems.length > 0)
      return { inspection: { ...inspection, problems: problems.slice(0, MOST_PROBLEMS) } };
    return compile ? { inspection, compiled: compileScript(transformation, inspection) } : { inspection };
  } catch (error) {
    // Walking a tree that is thousands of levels deep overflows the stack somewhere.
    if (!(error instanceof RangeError)) throw error;
    return { inspection: refused(unreadable('the script nests too deeply')) };
  }
}
