import { join } from 'node:path';
import { onPath } from '../host/on-path.ts';
import { runProgram } from '../host/run-program.ts';
import type { Refusal } from './search.ts';

/** A Java on this machine. */
export interface Java {
  /** The folder above `bin/java`; undefined for one on PATH. */
  readonly home: string | undefined;
}

/** The Java of `JAVA_HOME`, or the one on PATH, if it is new enough. */
export async function findJava(env: NodeJS.ProcessEnv, atLeast: number): Promise<Java | Refusal> {
  const home = env['JAVA_HOME'] || undefined;
  const java = home === undefined ? await onPath('java', env) : join(home, 'bin', 'java');
  const remedy = `install Java ${atLeast} or newer`;
  if (java === undefined) return { refused: 'no java on PATH, and JAVA_HOME is not set', remedy };
  const { code, output } = await runProgram(java, ['-version'], { env, timeoutMs: 60_000 });
  const version = javaVersion(output);
  if (code !== 0 || version === undefined) return { refused: `${java} does not tell its version`, remedy };
  return version >= atLeast ? { home } : { refused: `${java} is Java ${version}`, remedy };
}

/** The first number of `openjdk version "17.0.15" 2025-04-15`; 8 for the old style `"1.8.0_402"`. */
export function javaVersion(output: string): number | undefined {
  const [, first, second] = / version "(\d{1,4})(?:\.(\d{1,4}))?/.exec(output) ?? [];
  if (first === undefined) return undefined;
  return first === '1' && second !== undefined ? Number(second) : Number(first);
}
