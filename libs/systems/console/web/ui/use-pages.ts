import { useState } from 'preact/hooks';
import { joinPages, type Page } from './join-pages.ts';
import { useAsked, type Asked } from './parts.tsx';

export interface Pages<P> extends Asked<P> {
  /** Reads the next page and adds what it has. */
  older: () => Promise<null>;
  /** Where what was added last begins; null before that. */
  from: number | null;
}

/** A list whose newest page is shown, and older ones below it as they are asked for. Read again, it begins with the newest. */
export function usePages<T, P extends Page<T>>(
  ask: (cursor: string | null) => Promise<P>,
  keys: readonly unknown[],
  keyOf?: (item: T) => string,
): Pages<P> {
  const asked = useAsked(() => ask(null), keys);
  const [read, setRead] = useState<{ first: P; older: P[]; from: number } | null>(null);
  const first = asked.value;
  // Pages that followed an earlier first one would leave out what has come since.
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
