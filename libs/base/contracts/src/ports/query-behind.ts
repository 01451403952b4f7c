import type { ListQuery } from './repository.ts';

/** A query that may begin after an id, in the order of ids. */
export type QueryBehind<T> = ListQuery<T> & { after?: string | null };
