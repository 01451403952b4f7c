import { nodeFault } from '@nestjs-spark/foundation/text';

/**
 * Refuses to run on a Node version that lacks something Spark depends on. Called while the packages load, so that the error names
 * the version rather than whatever was missing first.
 * @throws {Error} without a stack, which would only point into the packages
 */
export function needsNode(version: string = process.versions.node): void {
  const fault = nodeFault('Spark', version);
  if (fault === null) return;
  const error = new Error(`${fault} Install a current one: https://nodejs.org`);
  error.stack = `Error: ${error.message}`;
  throw error;
}
