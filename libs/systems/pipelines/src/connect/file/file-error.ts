import { RunFailedError } from '../ports.ts';

const FOR_GOOD: Partial<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `The file ${path} is gone`,
  ELOOP: (path) => `${path} is a link that points back to itself: name a file`,
  ENAMETOOLONG: (path) => `${path} is too long for this file system: choose a shorter name`,
  ENOTDIR: (path) => `${path} cannot be a file, because one of its parent folders is a file`,
};

/** What waiting does not cure fails the pipeline; all else, such as a right that is missing or a disk that does not answer, may pass. */
export function asRunError(path: string, error: unknown): unknown {
  const say = FOR_GOOD[(error as NodeJS.ErrnoException).code ?? ''];
  return say ? new RunFailedError(say(path), { cause: error }) : error;
}

/** For what need not be there: null then. */
export const orAbsent =
  (path: string) =>
  (error: NodeJS.ErrnoException): null => {
    if (error.code === 'ENOENT') return null;
    throw asRunError(path, error);
  };
