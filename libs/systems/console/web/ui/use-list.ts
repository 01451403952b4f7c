import { useEffect } from 'preact/hooks';
import { list, wantList } from '../live.ts';

/** The live list of a system while its page is open; null before the first list. */
export function useList<T extends { key: string }>(
  system: string,
): { items: T[]; missing: string[]; unnamed: string[]; truncated: boolean } | null {
  useEffect(() => wantList(system), [system]);
  return list.value as ReturnType<typeof useList<T>>;
}
