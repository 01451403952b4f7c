import { defineProblem, ProblemError, VersionConflictError } from '@nestjs-spark/contracts';

const NOT_AS_EXPECTED = defineProblem('notAsExpected', {
  title: 'The document is not at the version that was expected',
  status: 412,
});

/** A version as an `ETag` header. */
export function tagOf(version: string | undefined): string | null {
  return version === undefined ? null : `"${version}"`;
}

/** The version in an `If-Match` header, for the store to expect; nothing without one. */
export function versionOf(tag: string | undefined): { version?: string } {
  return tag === undefined ? {} : { version: tag.trim().replace(/^W\//, '').replaceAll('"', '') };
}

/** The result of a write. @throws {ProblemError} `notAsExpected` (412) if the document is not at the version of the `If-Match` header */
export async function asExpected<T>(id: string, tag: string | undefined, writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    throw error instanceof VersionConflictError && tag !== undefined ? notAsExpected(id) : error;
  }
}

function notAsExpected(id: string): ProblemError {
  return new ProblemError(
    NOT_AS_EXPECTED,
    `${JSON.stringify(id)} has changed: read it again, and write with its new ETag.`,
  );
}
