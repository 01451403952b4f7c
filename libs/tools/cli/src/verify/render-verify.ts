import type { VerifiedTask, VerifyReport } from '@nestjs-spark/replication';

const UNDER_WAY =
  'a comparison without --repair was under way, and continues as it was begun. Run it again when it is done.';

/** Whether every copy is in order, if necessary after a repair. */
export function isInOrder({ tasks }: VerifyReport): boolean {
  return tasks.every((task) => task.missing + task.stale + task.ghost + task.foreign === task.repaired);
}

/**
 * The report as text: a line per task, and one for each example.
 * @param repair whether it was requested
 */
export function renderVerify(
  { state, depth, tasks, startedAt, endedAt }: VerifyReport,
  repair: boolean,
): string {
  const times = endedAt === null ? `${state}, since ${startedAt}` : `${state}, ${startedAt} to ${endedAt}`;
  return [`Compared by ${depth}: ${times}`, ...tasks.flatMap((task) => renderTask(task, repair))].join('\n');
}

function renderTask(task: VerifiedTask, repair: boolean): string[] {
  const { checked, equal, missing, stale, ghost, foreign, repaired, reason, progress } = task;
  const head = `${task.task}  ${checked} checked: ${equal} equal, ${missing} missing, ${stale} stale, ${ghost} ghost, ${foreign} foreign; ${repaired} repaired`;
  const far = task.state === 'done' ? [] : [`  ${Math.floor(progress * 100)}% of the source`];
  const waits = reason === null ? [] : [`  waits: ${reason}`];
  const drops = repair && !task.repair ? [`  repairs nothing: ${UNDER_WAY}`] : [];
  const examples = task.examples.map((one) => `  ! ${one.id}  ${one.kind}: ${one.reason}`);
  return [head, ...far, ...waits, ...drops, ...examples];
}
