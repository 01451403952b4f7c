import { compileScript } from '../compile/compile-script.ts';
import { inspectScript, refused } from '../validate/inspect-script.ts';
import { type ReadJob, type ReadReply, unreadable } from './messages.ts';

/** Nobody reads more of them. */
const MOST_PROBLEMS = 100;

/** Reads one script. Takes as long as the script's author wants it to: runs in a thread that can be ended. */
export function readScript({ transformation, compile }: ReadJob): Omit<ReadReply, 'ms'> {
  try {
    const inspection = inspectScript(transformation);
    const { problems } = inspection;
    if (problems.length > 0)
      return { inspection: { ...inspection, problems: problems.slice(0, MOST_PROBLEMS) } };
    return compile ? { inspection, compiled: compileScript(transformation, inspection) } : { inspection };
  } catch (error) {
    // Walking a tree that is thousands deep exhausts the stack somewhere.
    if (!(error instanceof RangeError)) throw error;
    return { inspection: refused(unreadable('the script nests too deeply')) };
  }
}
