import type { RetriedTask, SetAsideItem, SetAsideView } from '@nestjs-spark/replication/internal';

/** The list as text, one line per document and one for its reason. */
export function renderSetAside(module: string, view: SetAsideView): string {
  const { tasks, items, total, skip } = view;
  if (tasks.length === 0) return `${module}: nothing is set aside.`;
  const heads = tasks.map(({ direction, module: other, task, count, notListed, retrying }) => {
    const way = direction === 'out' ? `${module} -> ${other}: ${task}` : `${other} -> ${module}: ${task}`;
    const more = notListed > 0 ? `, of which ${notListed} are only counted` : '';
    return `${way}  ${count} set aside${more}${retrying ? ', some about to be run again' : ''}`;
  });
  const rows = items.flatMap((item) => ['', ...renderItem(item)]);
  const shown = items.length < total ? ['', `${items.length} of ${total} shown, from ${skip}`] : [];
  return [...heads, ...rows, ...shown].join('\n');
}

export function renderRetried(module: string, tasks: readonly RetriedTask[]): string {
  if (tasks.length === 0) return `${module}: nothing is set aside there, so there is nothing to run again.`;
  const lines = tasks.map(({ direction, module: other, task, documents }) => {
    const way = direction === 'out' ? `${module} -> ${other}: ${task}` : `${other} -> ${module}: ${task}`;
    return `${way}  ${documents} to be run again`;
  });
  return [...lines, 'See the outcome with: npx @nestjs-spark/cli etl set-aside list'].join('\n');
}

function renderItem(item: SetAsideItem): string[] {
  const { task, documentId, copyId, kind, reason, line, column, count, lastAt } = item;
  const copy = copyId !== null && copyId !== documentId ? ` (copy ${copyId})` : '';
  const times = count === 1 ? 'once' : `${count} times`;
  const place = line === null ? '' : `line ${line}, column ${column ?? 1}: `;
  return [`${documentId}${copy}  ${task}, ${kind}, ${times}, last ${lastAt}`, `  ! ${place}${reason}`];
}
