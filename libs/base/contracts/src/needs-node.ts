const LEAST = [22, 19];

/**
 * Refuses to run on a Node version that lacks something Spark depends on. Called while the packages load, so that the error names
 * the version rather than whatever was missing first.
 * @throws {Error} without a stack, which would only point into the packages
 */
export function needsNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  const error = new Error(
    `Spark needs Node ${LEAST.join('.')} or later, and this is Node ${version}. Install a current one: https://nodejs.org`,
  );
  error.stack = `Error: ${error.message}`;
  throw error;
}
