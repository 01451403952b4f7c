import { messageOf } from '../errors/message-of.ts';

/** A package that is loaded on demand cannot be loaded. The message names it and the remedy. */
export class PackageMissingError extends Error {
  override readonly name = 'PackageMissingError';

  constructor(name: string, cause: unknown) {
    super(
      `The package ${name} cannot be loaded (${codeOf(cause)}): this installation is incomplete. Install the application's dependencies again, for instance with "npm ci", and restart it`,
    );
  }
}

/**
 * Loads a package that most applications do not need, or not at the start.
 * @throws {PackageMissingError} when it cannot be loaded
 */
export async function loadPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  return load().catch((cause: unknown) => {
    throw new PackageMissingError(name, cause);
  });
}

/** Node's own message ends with the path of the importing file, which does not help the reader. */
function codeOf(cause: unknown): string {
  const { code } = Object(cause) as { code?: unknown };
  return typeof code === 'string' ? code : messageOf(cause);
}
