import { isNullOr, isObject, isObjectOf, isOneOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import type { PipelineStatus, PipelineState } from '../aggregate/state.ts';
import type { Position } from '../batch/batch.ts';
import { deliveryOf } from '../definition/check-meaning.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import type { RunPhase, RunReport } from '../run/supervised-run.ts';
import { shardOf } from '../shard/shard-of.ts';
import type { PipelineKey } from '../store/ports.ts';

/** A run's published status. */
export interface RunStatus {
  phase: RunPhase;
  node: string | null;
  epoch: number;
  since: string | null;
  retries: number;
  lastError: string | null;
  progress: ProgressView;
}

export interface ProgressView {
  read: number;
  written: number;
  filtered: number;
  deadLettered: number;
  late: number;
  batches: number;
  /** The number of records waiting in the source; null if unknown. */
  lag: number | null;
  position: Position;
  watermark: string | null;
  lastBatchAt: string | null;
  recordsPerSecond: number;
}

/** Whether a message of another process is the status of a run. */
export const isRunStatus = isObjectOf({
  phase: isOneOf('none', 'starting', 'running', 'retrying', 'draining', 'unowned'),
  node: isNullOr(isText(256)),
  epoch: isWhole,
  since: isNullOr(isText(64)),
  retries: isWhole,
  lastError: isNullOr(isText(Infinity)),
  progress: isObjectOf({
    read: isWhole,
    written: isWhole,
    filtered: isWhole,
    deadLettered: isWhole,
    late: isWhole,
    batches: isWhole,
    lag: isNullOr(isWhole),
    position: isObject,
    lastBatchAt: isNullOr(isText(64)),
  }),
});

/** A pipeline as it is shown. */
export interface PipelineView {
  pipelineId: string;
  name: string;
  tenant: string;
  /** The number of its definitions. */
  version: number;
  /** The journal position of its last event. */
  sequence: number;
  state: PipelineStatus;
  stateSince: string | null;
  /** Why it failed; null otherwise. */
  reason: string | null;
  definition: PipelineDefinition | null;
  run: {
    phase: RunPhase;
    engine: 'node' | 'spark';
    node: string | null;
    shard: number;
    epoch: number;
    since: string | null;
    delivery: 'exactly-once' | 'at-least-once' | null;
    retries: number;
    lastError: string | null;
  };
  progress: ProgressView;
}

export const NO_PROGRESS: ProgressView = {
  read: 0,
  written: 0,
  filtered: 0,
  deadLettered: 0,
  late: 0,
  batches: 0,
  lag: null,
  position: {},
  watermark: null,
  lastBatchAt: null,
  recordsPerSecond: 0,
};

/** A run's report in the form that is published. */
export function statusOf(
  report: RunReport,
  node: string,
  epoch: number,
  before: RunStatus | null,
  rate: number,
): RunStatus {
  const { phase, since, retries, lastError, progress } = report;
  if (!progress)
    return {
      phase,
      node,
      epoch,
      since: since || null,
      retries,
      lastError,
      progress: before?.progress ?? NO_PROGRESS,
    };
  const { totals, position, lag, lastBatchAt } = progress;
  return {
    phase,
    node,
    epoch,
    since: since || null,
    retries,
    lastError,
    progress: {
      ...NO_PROGRESS,
      ...totals,
      lag,
      position,
      lastBatchAt: lastBatchAt ?? before?.progress.lastBatchAt ?? null,
      recordsPerSecond: phase === 'running' ? rate : 0,
    },
  };
}

/** Combines the state from the journal with the status of the run. */
export function viewOf(
  key: PipelineKey,
  state: PipelineState,
  position: number,
  status: RunStatus | null,
): PipelineView {
  const { definition } = state;
  const isOwned = status !== null || state.status !== 'Running';
  return {
    pipelineId: key.pipelineId,
    name: definition?.name ?? key.pipelineId,
    tenant: key.tenant,
    version: state.version,
    sequence: position,
    state: state.status,
    stateSince: state.since,
    reason: state.reason,
    definition,
    run: {
      phase: status?.phase ?? (isOwned ? 'none' : 'unowned'),
      engine: definition?.engine ?? 'node',
      node: status?.node ?? state.owner,
      shard: shardOf(key.tenant, key.pipelineId),
      epoch: Math.max(state.epoch, status?.epoch ?? 0),
      since: status?.since ?? null,
      delivery: definition ? deliveryOf(definition) : null,
      retries: status?.retries ?? 0,
      lastError: status?.lastError ?? null,
    },
    progress: status?.progress ?? NO_PROGRESS,
  };
}
