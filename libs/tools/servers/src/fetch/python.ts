import { onPath } from '../host/on-path.ts';
import { runProgram } from '../host/run-program.ts';

/** The machine's Python 3. */
export async function findPython(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const name of ['python3', 'python']) {
    const python = await onPath(name, env);
    if (python && (await runProgram(python, ['-c', 'import zipfile'], { env })).code === 0) return python;
  }
  return undefined;
}

/** A Python 3 with pip. */
export async function findPythonWithPip(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const python = await findPython(env);
  if (!python) return undefined;
  return (await runProgram(python, ['-m', 'pip', '--version'], { env })).code === 0 ? python : undefined;
}
