import { readFile } from 'node:fs/promises';

/** The user to run a program as; empty: the current user. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * For programs that refuse to run as root: the first of these users that exists, or the current user unless that is root.
 * Undefined when root finds none of them.
 */
export async function notAsRoot(names: readonly string[]): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return {};
  const users = parseUsers(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  for (const name of names) {
    const user = users.get(name);
    if (user) return user;
  }
  return undefined;
}

/** Parses the users in the text of `/etc/passwd`. */
export function parseUsers(text: string): Map<string, RunAs> {
  const users = new Map<string, RunAs>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return users;
}
