import { useEffect } from 'preact/hooks';
import { list, wantList } from '../live.ts';

/** A system's list while its page is open, live; null before it was received. */
export function useList<T extends { key: string }>(
  system: string,
): { items: T[]; missing: string[]; unnamed: string[]; truncated: boolean } | null {
  useEffect(() => wantList(system), [system]);
  return list.value as ReturnType<typeof useList<T>>;
}
