import { mkdir } from 'node:fs/promises';
import { lastLines, runProgram } from '../host/run-program.ts';
import { findPython } from './python.ts';

const minutes = 60_000;

/** Unpacks a tar archive (gz, bz2, xz) with the machine's tar, or with Python's where tar cannot. */
export async function unpackTar(archive: string, into: string, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(into, { recursive: true });
  const tar = await runProgram('tar', ['-xf', archive, '-C', into], { env, timeoutMs: 10 * minutes });
  if (tar.code === 0) return;
  const python = await findPython(env);
  if (python) {
    const args = ['-m', 'tarfile', '-e', archive, into];
    if ((await runProgram(python, args, { env, timeoutMs: 10 * minutes })).code === 0) return;
  }
  throw new Error(
    `tar could not unpack ${archive}: ${lastLines(tar.output, 3)}. ` +
      'Install tar with the matching packer (gzip, bzip2, xz), or check that the archive is whole',
  );
}

/** Unpacks a wheel, which is a zip, with the Python that fetched it. */
export async function unpackWheel(
  python: string,
  wheel: string,
  into: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { code, output } = await runProgram(python, ['-m', 'zipfile', '-e', wheel, into], {
    env,
    timeoutMs: 10 * minutes,
  });
  if (code !== 0) throw new Error(`${wheel} could not be unpacked: ${lastLines(output, 3)}`);
}
