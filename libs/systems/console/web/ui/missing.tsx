import type { ComponentChildren } from 'preact';
import { silent } from '../live.ts';
import { t } from '../texts.ts';
import { Empty } from './parts.tsx';

/**
 * Modules whose part a list lacks: those that did not answer it, and those that have stopped answering since.
 * @param copy `owner/requester/task`, where the list is of one copy: only its two modules have a part in it
 */
export function missingOf(said: readonly string[], copy: string | null = null): string[] {
  const [owner = '', requester = ''] = copy?.toLowerCase().split('/') ?? [];
  const now = silent.value
    .map(({ name }) => name)
    .filter((name) => copy === null || [owner, requester].includes(name.toLowerCase()));
  return [...new Set([...said, ...now])].toSorted();
}

/** What a list does not have, and why. */
export function Missing({
  missing,
  unnamed = [],
  truncated = false,
  more,
}: {
  missing: readonly string[];
  unnamed?: readonly string[];
  truncated?: boolean;
  more: string;
}) {
  return (
    <>
      {missing.length > 0 && <p class="note warn">{t.missing(missing)}</p>}
      {unnamed.length > 0 && <p class="note warn">{t.unnamed(unnamed)}</p>}
      {truncated && <p class="note">{more}</p>}
    </>
  );
}

/** An empty list: it is only said to be all there is when every module has answered. */
export function None({ lacks, children }: { lacks: boolean; children: ComponentChildren }) {
  return <Empty>{lacks ? t.maybeMore : children}</Empty>;
}
