import { RunFailedError } from '../ports.ts';

const FOR_GOOD: Partial<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `The file ${path} is gone`,
  ELOOP: (path) => `${path} is a link that points back to itself: name a file`,
  ENAMETOOLONG: (path) => `${path} is too long for this file system: choose a shorter name`,
  ENOTDIR: (path) => `${path} cannot be a file, because one of its parent folders is a file`,
};

/** Permanent errors fail the pipeline; all others, such as missing permissions or a disk that does not respond, may go away. */
export function asRunError(path: string, error: unknown): unknown {
  const say = FOR_GOOD[(error as NodeJS.ErrnoException).code ?? ''];
  return say ? new RunFailedError(say(path), { cause: error }) : error;
}

/** Returns null if the file does not exist, which is not an error. */
export const orAbsent =
  (path: string) =>
  (error: NodeJS.ErrnoException): null => {
    if (error.code === 'ENOENT') return null;
    throw asRunError(path, error);
  };
