import { defineProblem } from '@nestjs-spark/contracts';

/** The requester may not take a collection. */
export const NOT_SHARED = defineProblem('notShared', {
  title: 'The collection is not shared with this module',
  status: 403,
});

/** Carries `revision`, the one that is deployed. */
export const OLDER_REVISION = defineProblem('olderRevision', {
  title: 'A newer revision is deployed',
  status: 409,
});

/** `errors` has the line and column of everything that is wrong. */
export const SCRIPT_REFUSED = defineProblem('scriptRefused', { title: 'A script was refused', status: 422 });

/** RavenDB's own ETL is configured and cannot be used. */
export const LICENCE = defineProblem('licence', {
  title: 'The RavenDB licence does not include ETL',
  status: 422,
});
