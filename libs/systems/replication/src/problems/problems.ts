import { defineProblem } from '@nestjs-spark/contracts';

/** The requester may not copy a collection. */
export const NOT_SHARED = defineProblem('notShared', {
  title: 'The collection is not shared with this module',
  status: 403,
});

/** A newer revision is deployed. Carries that `revision`. */
export const OLDER_REVISION = defineProblem('olderRevision', {
  title: 'A newer revision is deployed',
  status: 409,
});

/** A script was refused. `errors` has line and column of every fault. */
export const SCRIPT_REFUSED = defineProblem('scriptRefused', { title: 'A script was refused', status: 422 });

/** A change has not arrived in time. Carries `tasks`, which show how far the copies are. */
export const NOT_ARRIVED = defineProblem('notArrived', {
  title: 'The copy has not arrived yet',
  status: 504,
});

/** The change belongs to a database that the owner does not have, so it will never arrive. */
export const OTHER_DATABASE = defineProblem('otherDatabase', {
  title: 'The change belongs to another database',
  status: 409,
});

/** The awaited copy was refused by this module's store, and is listed there. */
export const COPY_SET_ASIDE = defineProblem('copySetAside', {
  title: 'The copy is set aside',
  status: 409,
});

/** RavenDB's own ETL is configured but cannot be used. */
export const LICENCE = defineProblem('licence', {
  title: 'The RavenDB licence does not include ETL',
  status: 422,
});
