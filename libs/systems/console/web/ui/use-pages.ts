import { useState } from 'preact/hooks';
import { joinPages, type Page } from './join-pages.ts';
import { useAsked, type Asked } from './parts.tsx';

export interface Pages<P> extends Asked<P> {
  /** Loads the next page and appends it. */
  older: () => Promise<null>;
  /** The index at which the last appended page begins; null before the first. */
  from: number | null;
}

/** A list that shows the newest page, with older ones appended on request. Reloading starts with the newest page again. */
export function usePages<T, P extends Page<T>>(
  ask: (cursor: string | null) => Promise<P>,
  keys: readonly unknown[],
  keyOf?: (item: T) => string,
): Pages<P> {
  const asked = useAsked(() => ask(null), keys);
  const [read, setRead] = useState<{ first: P; older: P[]; from: number } | null>(null);
  const first = asked.value;
  // Older pages belong to the first page they were loaded after: behind a newer one they would leave a gap.
  const added = first !== undefined && read?.first === first ? read : null;
  const value = first && joinPages<T, P>(first, added?.older ?? [], keyOf);
  const older = async (): Promise<null> => {
    if (!first || !value || value.cursor === null) return null;
    const page = await ask(value.cursor);
    setRead({ first, older: [...(added?.older ?? []), page], from: value.items.length });
    return null;
  };
  return { ...asked, value, older, from: added?.from ?? null };
}
