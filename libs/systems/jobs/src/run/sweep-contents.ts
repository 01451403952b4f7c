import { groupContents } from '../job/content-names.ts';
import type { JobStore } from '../job/store.ts';

/**
 * Removes contents that no job needs any more: they are older than the retention of ended jobs, and every job that brought, produced or used them
 * is gone.
 * @returns how many were removed
 */
export async function sweepContents(store: JobStore, retentionMs: number, now = Date.now()): Promise<number> {
  let removed = 0;
  for (const { names, jobIds, at } of groupContents(await store.listContents())) {
    if (at > now - retentionMs) continue;
    const users = await Promise.all(jobIds.map((jobId) => store.get(jobId)));
    if (users.some((user) => user !== null)) continue;
    for (const name of names) await store.removeContent(name);
    removed += names.length;
  }
  return removed;
}
