/** The oldest version of Node that Spark runs on. */
export const OLDEST_NODE = '22.19';

/** Why `program` cannot run on this version of Node, as a sentence; null when it can. */
export function nodeFault(program: string, version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = OLDEST_NODE.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null;
  return `${program} needs Node ${OLDEST_NODE} or newer, and this is Node ${version}.`;
}
