import { TASK_STATES, type TaskState } from '@nestjs-spark/contracts';
import type { ApplyReport, CaptureReport } from '@nestjs-spark/streaming/internal';
import type { OwnerRequestStatus } from '../../request/request-status.ts';
import type { IncomingTask } from '../../tasks/task-status.ts';

/** The current value of one metric with its labels. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface MetricDefinition {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  labelNames: readonly string[];
}

/** The sources of the metrics on each scrape; nothing is counted on the data path. */
export interface MetricSources {
  incoming: readonly IncomingTask[];
  applied: readonly ApplyReport[];
  captured: readonly CaptureReport[];
  requests: readonly OwnerRequestStatus[];
}

export interface TaskMetric extends MetricDefinition {
  read(sources: MetricSources): Sample[];
}

/** A metric per task; null while its value is unknown: then the sample is omitted. */
interface Figure extends Omit<MetricDefinition, 'labelNames'> {
  incoming?: (task: IncomingTask) => number | null;
  applied?: (report: ApplyReport) => number | null;
  captured?: (report: CaptureReport) => number | null;
}

const TASK = ['direction', 'module', 'collection', 'task'] as const;

const FIGURES: readonly Figure[] = [
  {
    name: 'spark_replication_documents_applied_total',
    help: 'Copies written in total; the same on each instance of a module.',
    type: 'counter',
    incoming: (task) => (isKnown(task) ? task.documentsApplied : null),
  },
  {
    name: 'spark_replication_documents_deleted_total',
    help: 'Copies deleted in total; the same on each instance of a module.',
    type: 'counter',
    incoming: (task) => (isKnown(task) ? task.documentsDeleted : null),
  },
  {
    name: 'spark_replication_lag_etags',
    help: "Etags of the owner's database that are not applied (in) or not confirmed (out) yet, at most: etags have gaps and count its other collections too. Absent while that is not known.",
    type: 'gauge',
    incoming: ({ lag }) => lag,
    captured: ({ lag }) => lag,
  },
  {
    name: 'spark_replication_lag_seconds',
    help: 'Age in seconds of what is applied (in) or confirmed (out); 0 when nothing is missing, absent while that is not known.',
    type: 'gauge',
    incoming: ({ behindMs }) => inSeconds(behindMs),
    captured: ({ behindMs }) => inSeconds(behindMs),
  },
  {
    name: 'spark_replication_task_complete',
    help: '1 when a copy is complete, as the checkpoint that all instances share says.',
    type: 'gauge',
    incoming: ({ complete }) => (complete ? 1 : 0),
  },
  {
    name: 'spark_replication_errors_total',
    help: 'Errors of a task since this instance started; the task continues after each.',
    type: 'counter',
    incoming: ({ errors }) => errors,
    captured: ({ errors }) => errors,
  },
  {
    name: 'spark_replication_resyncs_total',
    help: 'Times that this module asked an owner to rewind, since this instance began.',
    type: 'counter',
    applied: ({ resyncsRequested }) => resyncsRequested,
  },
  {
    name: 'spark_replication_set_aside',
    help: 'Documents whose script failed (out) or that this store refused (in), and that are still not at the requester.',
    type: 'gauge',
    incoming: ({ setAside }) => setAside,
    captured: ({ setAside }) => setAside,
  },
  {
    name: 'spark_replication_snapshot_documents',
    help: 'Documents read of the first copy, while it is being made.',
    type: 'gauge',
    captured: ({ documentsRead }) => documentsRead,
  },
];

export const TASK_METRICS: readonly TaskMetric[] = [
  ...FIGURES.map(toMetric),
  {
    name: 'spark_replication_task_state',
    help: "1 for the task's current state, 0 for the others.",
    type: 'gauge',
    labelNames: [...TASK, 'state'],
    read: ({ incoming, captured }) => [
      ...incoming.flatMap((task) => oneHot(inLabels(task), task.state)),
      ...captured.flatMap((report) => oneHot(outLabels(report), report.state)),
    ],
  },
  {
    name: 'spark_replication_request_retries',
    help: 'Retries of the latest request to an owner; 0 again with each new request.',
    type: 'gauge',
    labelNames: ['module'],
    read: ({ requests }) =>
      requests.map(({ owner, attempts }) => ({
        labels: { module: owner },
        value: Math.max(0, attempts - 1),
      })),
  },
];

function toMetric({ incoming, applied, captured, ...definition }: Figure): TaskMetric {
  return {
    ...definition,
    labelNames: TASK,
    read: (sources) => [
      ...samples(sources.incoming, inLabels, incoming),
      ...samples(sources.applied, (report) => labels('in', report.task.owner, report), applied),
      ...samples(sources.captured, outLabels, captured),
    ],
  };
}

function samples<T>(
  tasks: readonly T[],
  labelsOf: (task: T) => Record<string, string>,
  figure: ((task: T) => number | null) | undefined,
): Sample[] {
  return tasks.flatMap((task) => {
    const value = figure?.(task) ?? null;
    return value === null ? [] : [{ labels: labelsOf(task), value }];
  });
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

/** Until the checkpoint was read, totals are unknown, not 0: a counter that starts at 0 would look like a burst. */
function isKnown({ engine, generation }: IncomingTask): boolean {
  return engine === 'etl' || generation !== null;
}

function inLabels(task: IncomingTask): Record<string, string> {
  return { direction: 'in', module: task.owner, collection: task.collection, task: task.name };
}

function outLabels(report: CaptureReport): Record<string, string> {
  return labels('out', report.task.requester, report);
}

function labels(direction: string, module: string, report: { collection: string; task: { name: string } }) {
  return { direction, module, collection: report.collection, task: report.task.name };
}

function oneHot(taskLabels: Record<string, string>, state: TaskState): Sample[] {
  return TASK_STATES.map((one) => ({ labels: { ...taskLabels, state: one }, value: one === state ? 1 : 0 }));
}
