import type { TaskKey } from '@nestjs-spark/contracts';

const MOST_NAMED = 20;

/** What to say when a request names none of the tasks that its sender may see. Pure. */
export function noSuchTask(
  tasks: readonly { readonly direction: 'out' | 'in'; readonly task: TaskKey }[],
): string {
  if (tasks.length === 0) return 'There is no such task here, nor any other.';
  const named = tasks
    .slice(0, MOST_NAMED)
    .map(({ direction, task: { name, requester, owner } }) =>
      direction === 'out' ? `${name} to ${requester}` : `${name} from ${owner}`,
    );
  const more = tasks.length > MOST_NAMED ? ` and ${tasks.length - MOST_NAMED} more` : '';
  return `There is no such task here. There are: ${named.join(', ')}${more}.`;
}
