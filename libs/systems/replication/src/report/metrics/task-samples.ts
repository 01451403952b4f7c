import { TASK_STATES, type TaskState } from '@nestjs-spark/contracts';
import type { ApplyReport, CaptureReport } from '@nestjs-spark/streaming/internal';
import type { OwnerRequestStatus } from '../../request/request-status.ts';
import type { IncomingTask } from '../status/task-status.ts';
import type { MetricDefinition, Sample } from './sample.ts';

/** What the metrics are read from when they are asked for; nothing is counted on the way of the data. */
export interface MetricSources {
  incoming: readonly IncomingTask[];
  applied: readonly ApplyReport[];
  captured: readonly CaptureReport[];
  requests: readonly OwnerRequestStatus[];
}

export interface TaskMetric extends MetricDefinition {
  read(sources: MetricSources): Sample[];
}

const TASK = ['direction', 'module', 'collection', 'task'] as const;

export const TASK_METRICS: readonly TaskMetric[] = [
  {
    name: 'spark_replication_documents_applied_total',
    help: 'Copies written, since the first one ever; the same on each instance of a module.',
    type: 'counter',
    labelNames: TASK,
    read: ({ incoming }) =>
      incoming.filter(isKnown).map((task) => ({ labels: inLabels(task), value: task.documentsApplied })),
  },
  {
    name: 'spark_replication_documents_deleted_total',
    help: 'Copies deleted, since the first one ever; the same on each instance of a module.',
    type: 'counter',
    labelNames: TASK,
    read: ({ incoming }) =>
      incoming.filter(isKnown).map((task) => ({ labels: inLabels(task), value: task.documentsDeleted })),
  },
  {
    name: 'spark_replication_lag_etags',
    help: "Etags of the owner's database that are not applied (in) or not confirmed (out) yet, at most: etags have gaps and count its other collections too. Absent while that is not known.",
    type: 'gauge',
    labelNames: TASK,
    read: ({ incoming, captured }) => [
      ...incoming.flatMap((task) => (task.lag === null ? [] : [{ labels: inLabels(task), value: task.lag }])),
      ...captured.flatMap((report) =>
        report.lag === null ? [] : [{ labels: outLabels(report), value: report.lag }],
      ),
    ],
  },
  {
    name: 'spark_replication_lag_seconds',
    help: 'Age in seconds of what is applied (in) or confirmed (out); 0 when nothing is missing, absent while that is not known.',
    type: 'gauge',
    labelNames: TASK,
    read: ({ incoming, captured }) => [
      ...incoming.flatMap((task) =>
        task.behindMs === null ? [] : [{ labels: inLabels(task), value: task.behindMs / 1_000 }],
      ),
      ...captured.flatMap((report) =>
        report.behindMs === null ? [] : [{ labels: outLabels(report), value: report.behindMs / 1_000 }],
      ),
    ],
  },
  {
    name: 'spark_replication_task_state',
    help: '1 for the state that a task is in, 0 for the others.',
    type: 'gauge',
    labelNames: [...TASK, 'state'],
    read: ({ incoming, captured }) => [
      ...incoming.flatMap((task) => oneHot(inLabels(task), task.state)),
      ...captured.flatMap((report) => oneHot(outLabels(report), report.state)),
    ],
  },
  {
    name: 'spark_replication_task_complete',
    help: '1 when a copy is complete, as the checkpoint that all instances share says.',
    type: 'gauge',
    labelNames: TASK,
    read: ({ incoming }) =>
      incoming.map((task) => ({ labels: inLabels(task), value: task.complete ? 1 : 0 })),
  },
  {
    name: 'spark_replication_errors_total',
    help: 'Errors that a task has met since this instance began; it goes on after each.',
    type: 'counter',
    labelNames: TASK,
    read: ({ incoming, captured }) => [
      ...incoming.map((task) => ({ labels: inLabels(task), value: task.errors })),
      ...captured.map((report) => ({ labels: outLabels(report), value: report.errors })),
    ],
  },
  {
    name: 'spark_replication_resyncs_total',
    help: 'Times that this module asked an owner to rewind, since this instance began.',
    type: 'counter',
    labelNames: TASK,
    read: ({ applied }) =>
      applied.map((report) => ({
        labels: labels('in', report.task.owner, report),
        value: report.resyncsRequested,
      })),
  },
  {
    name: 'spark_replication_set_aside',
    help: 'Documents whose script failed (out) or that this store did not take (in) and that still are not at the requester.',
    type: 'gauge',
    labelNames: TASK,
    read: ({ incoming, captured }) => [
      ...incoming.map((task) => ({ labels: inLabels(task), value: task.setAside })),
      ...captured.map((report) => ({ labels: outLabels(report), value: report.setAside })),
    ],
  },
  {
    name: 'spark_replication_snapshot_documents',
    help: 'Documents read of the first copy, while it is being made.',
    type: 'gauge',
    labelNames: TASK,
    read: ({ captured }) =>
      captured.map((report) => ({ labels: outLabels(report), value: report.documentsRead })),
  },
  {
    name: 'spark_replication_request_retries',
    help: 'Tries after the first that the newest request to an owner has needed; 0 again with each request.',
    type: 'gauge',
    labelNames: ['module'],
    read: ({ requests }) =>
      requests.map(({ owner, attempts }) => ({
        labels: { module: owner },
        value: Math.max(0, attempts - 1),
      })),
  },
];

/** Before the checkpoint was read its totals are not 0 but unknown: a counter that begins at 0 would make a flood of it. */
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
