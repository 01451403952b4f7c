import { ApiProperty, ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import { redact, sameName } from '@nestjs-spark/foundation/internal';
import type { OwnerRequestStatus } from '../../request/request-status.ts';
import type { IncomingTask, OutgoingTask } from '../../tasks/task-status.ts';

export const REASON_CODES = [
  'refused',
  'held-back',
  'given-up',
  'owner-unregistered',
  'owner-unreachable',
  'not-deployed',
  'stalled',
  'faulted',
  'waiting',
  'first-copy',
] as const;

/** Why a task is not live: a code for programs, a sentence for people. */
export class TaskReason {
  @ApiProperty({ enum: [...REASON_CODES] })
  code!: (typeof REASON_CODES)[number];

  @ApiProperty({ example: 'Fleet answered 403: CarBrands is not shared with Billing.' })
  text!: string;

  @ApiPropertyOptional({ description: 'The collection that is to blame' })
  collection?: string;

  @ApiPropertyOptional({ description: 'The owner that is to blame' })
  owner?: string;
}

/** Why a copy that this module keeps is not live; null if it is. Pure. */
export function reasonOfIncoming(task: IncomingTask, request: OwnerRequestStatus | null): TaskReason | null {
  const text = redact(task.stalledBecause ?? task.incompleteBecause ?? task.lastError ?? '');
  if (task.stalledBecause !== null) return { code: 'stalled', text };
  if (!task.complete && request !== null) {
    const asked = reasonOfRequest(task, request);
    if (asked) return asked;
  }
  if (task.state === 'Faulted') return { code: 'faulted', text };
  if (task.state === 'Waiting') return { code: 'waiting', text };
  return task.complete ? null : { code: 'first-copy', text };
}

function reasonOfRequest(task: IncomingTask, request: OwnerRequestStatus): TaskReason | null {
  const { state, outcome, owner, collections } = request;
  if (state === 'deployed' || state === 'pending') return null;
  const text = redact(request.lastError ?? 'no answer');
  const [other] = collections;
  if (outcome === 'refused') {
    const isOwn = other === undefined || collections.some((one) => sameName(one, task.collection));
    if (isOwn) return { code: 'refused', text, owner, collection: task.collection };
    return {
      code: 'held-back',
      text: `${owner} refuses ${other}, which is part of the same request: everything in it waits.`,
      owner,
      collection: other,
    };
  }
  if (outcome === 'unregistered') return { code: 'owner-unregistered', text, owner };
  if (outcome === 'unreachable') return { code: 'owner-unreachable', text, owner };
  return { code: state === 'dead' ? 'given-up' : 'not-deployed', text, owner };
}

/** Why sending to another module does not progress; null if it does. Pure. */
export function reasonOfOutgoing({ state, complete, lastError }: OutgoingTask): TaskReason | null {
  const text = redact(lastError ?? '');
  if (state === 'Faulted') return { code: 'faulted', text };
  if (state === 'Waiting') return { code: 'waiting', text };
  return complete ? null : { code: 'first-copy', text: 'the first copy is being made' };
}
