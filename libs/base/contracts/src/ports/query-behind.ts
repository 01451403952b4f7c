import type { ListQuery } from './repository.ts';

/** A query in id order that may begin after an id. */
export type QueryBehind<T> = ListQuery<T> & { after?: string | null };
