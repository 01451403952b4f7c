import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from '../fetch/install.ts';
import { apacheSpark } from '../fetch/pins.ts';
import { findPythonWithPip } from '../fetch/python.ts';
import { onPath } from '../host/on-path.ts';
import { lastLines, runProgram } from '../host/run-program.ts';
import { findJava } from './find-java.ts';
import { notFetched } from './not-fetched.ts';
import type { Finding } from './options.ts';
import type { Refusal, Way } from './search.ts';

/** An Apache Spark on this machine, with the Python that its executors use. */
export interface ApacheSparkSource {
  readonly way: string;
  /** `SPARK_HOME`. */
  readonly home: string;
  readonly python: string;
  /** Such as `3.11`. */
  readonly pythonVersion: string;
  readonly javaHome: string | undefined;
}

/** The ways to Apache Spark, in the order in which they are tried. All of them need Java. */
export function apacheSparkWays(finding: Finding): Way<ApacheSparkSource>[] {
  return [
    { name: 'the one in SPARK_HOME', look: () => fromHome(finding) },
    { name: `pyspark in ${finding.servers}`, look: () => fetchedBefore(finding) },
    ...(finding.mayFetch
      ? [
          {
            name: 'the package pyspark by pip',
            remedy: `let pip reach an index that has ${apacheSpark.requirements.join(', ')}`,
            look: () => fetched(finding),
          },
        ]
      : []),
  ];
}

async function fromHome({ env }: Finding): Promise<ApacheSparkSource | Refusal> {
  const home = env['SPARK_HOME'];
  if (!home) return { refused: 'not set', remedy: 'set SPARK_HOME to an unpacked Apache Spark' };
  if (!existsSync(join(home, 'bin', 'spark-class')))
    return { refused: `${home} has no bin/spark-class`, remedy: 'correct SPARK_HOME', final: true };
  const python = env['PYSPARK_PYTHON'] ?? (await onPath('python3', env));
  if (!python) return { refused: 'no Python 3 on PATH', remedy: 'install python3, or set PYSPARK_PYTHON' };
  return complete(home, python, env, 'SPARK_HOME');
}

async function fetchedBefore({ servers, env, mayFetch }: Finding): Promise<ApacheSparkSource | Refusal> {
  const python = join(folder(servers), 'bin', 'python');
  if (!existsSync(python)) return notFetched({ mayFetch }, 'apache-spark', 'npm test');
  const lib = join(folder(servers), 'lib');
  const [version = ''] = await readdir(lib);
  return complete(join(lib, version, 'site-packages', 'pyspark'), python, env, folder(servers));
}

async function fetched(finding: Finding): Promise<ApacheSparkSource | Refusal> {
  const { env, servers, report } = finding;
  // Before half a gigabyte is fetched.
  const java = await findJava(env);
  if (typeof java !== 'string') return java;
  const python = await findPythonWithPip(env);
  if (!python) return { refused: 'no Python 3 with pip on PATH', remedy: 'install python3 with pip' };
  await mkdir(servers, { recursive: true });
  await installOnce(folder(servers), report.line, async (scratch) => {
    const environment = join(scratch, 'python');
    report.line(
      `Fetching ${apacheSpark.requirements.join(', ')} with pip (once, ${apacheSpark.bytes / 1e6} MB; kept in ${servers})`,
    );
    await run(python, ['-m', 'venv', environment], env, scratch);
    const install = [
      '-m',
      'pip',
      'install',
      '--disable-pip-version-check',
      '--progress-bar=off',
      '--no-compile',
    ];
    await run(join(environment, 'bin', 'python'), [...install, ...apacheSpark.requirements], env, scratch);
    return environment;
  });
  return fetchedBefore(finding);
}

async function run(program: string, args: string[], env: NodeJS.ProcessEnv, scratch: string): Promise<void> {
  const { code, output } = await runProgram(program, args, {
    env: { ...env, TMPDIR: scratch },
    timeoutMs: 30 * 60_000,
  });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${lastLines(output, 5)}`);
}

async function complete(
  home: string,
  python: string,
  env: NodeJS.ProcessEnv,
  way: string,
): Promise<ApacheSparkSource | Refusal> {
  const java = await findJava(env);
  if (typeof java !== 'string') return java;
  const code = 'import sys, pyarrow, pandas; print("python", "%d.%d" % sys.version_info[:2])';
  const asked = await runProgram(python, ['-c', code], { env, timeoutMs: 120_000 });
  const [, pythonVersion] = /python (\d+\.\d+)/.exec(asked.output) ?? [];
  if (asked.code !== 0 || pythonVersion === undefined)
    return {
      refused: `${python} has no pyarrow and pandas: ${lastLines(asked.output, 1)}`,
      remedy: 'install them, or set PYSPARK_PYTHON to a Python that has them',
    };
  return { way, home, python, pythonVersion, javaHome: env['JAVA_HOME'] || undefined };
}

const folder = (servers: string): string => join(servers, `pyspark-${apacheSpark.version}`);
