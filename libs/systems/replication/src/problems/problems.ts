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

/** A change that is waited for has not arrived in time. Carries `tasks`, which say how far the copies are. */
export const NOT_ARRIVED = defineProblem('notArrived', {
  title: 'The copy has not arrived yet',
  status: 504,
});

/** A change that is waited for is of a database that the owner does not have, so that it never arrives. */
export const OTHER_DATABASE = defineProblem('otherDatabase', {
  title: 'The change belongs to another database',
  status: 409,
});

/** What is waited for was refused by this module's store, and is listed there. */
export const COPY_SET_ASIDE = defineProblem('copySetAside', {
  title: 'The copy is set aside',
  status: 409,
});

/** RavenDB's own ETL is configured and cannot be used. */
export const LICENCE = defineProblem('licence', {
  title: 'The RavenDB licence does not include ETL',
  status: 422,
});
