import { defineProblem, ProblemError } from '@nestjs-spark/contracts';

const NOT_AS_EXPECTED = defineProblem('notAsExpected', {
  title: 'The document is not at the version that was expected',
  status: 412,
});

/** A version as an `ETag` header. */
export function tagOf(version: string | undefined): string | null {
  return version === undefined ? null : `"${version}"`;
}

/** The version in an `If-Match` header. */
export function versionIn(tag: string): string {
  return tag.trim().replace(/^W\//, '').replaceAll('"', '');
}

export function notAsExpected(id: string): ProblemError {
  return new ProblemError(
    NOT_AS_EXPECTED,
    `${JSON.stringify(id)} has changed: read it again, and write with its new ETag.`,
  );
}
