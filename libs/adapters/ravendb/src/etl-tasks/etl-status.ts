import type { RavenHttp } from '../connect/raven-http.ts';
import type { EtlTransformation } from './etl-task.ts';

/** The state of a task in RavenDB. */
export interface EtlTaskInfo {
  taskId: number;
  name: string;
  connectionName: string;
  /** `Enabled`, `Disabled`, `PartiallyEnabled`. */
  state: string;
  /** `Active`, `NotActive`, `Reconnect`, `NotOnThisNode`, `None`. */
  connectionStatus: string;
  error: string | null;
  transformations: EtlTransformation[];
}

interface TaskAnswer {
  TaskId: number;
  TaskName: string;
  TaskState?: string;
  TaskConnectionStatus?: string;
  Error?: string | null;
  ConnectionStringName?: string;
  Configuration?: {
    ConnectionStringName?: string;
    Transforms?: { Name: string; Collections?: string[]; Script?: string }[];
  };
}

/** The task of this name, or null. Not through the client, which fails when there is none. */
export async function findEtlTask(http: RavenHttp, name: string): Promise<EtlTaskInfo | null> {
  const answer = await http.getJson<TaskAnswer>(http.path('/task', { taskName: name, type: 'RavenEtl' }));
  if (!answer) return null;
  const { Configuration: configuration = {} } = answer;
  return {
    taskId: answer.TaskId,
    name: answer.TaskName,
    connectionName: configuration.ConnectionStringName ?? answer.ConnectionStringName ?? '',
    state: answer.TaskState ?? 'Enabled',
    connectionStatus: answer.TaskConnectionStatus ?? 'None',
    error: answer.Error ?? null,
    transformations: (configuration.Transforms ?? []).map(({ Name, Collections, Script }) => ({
      name: Name,
      collection: Collections?.[0] ?? '',
      script: Script ?? '',
    })),
  };
}

/** The progress of one script of a task. */
export interface EtlProgress {
  task: string;
  transformation: string;
  /** Nothing is left to send. */
  completed: boolean;
  disabled: boolean;
  documentsLeft: number;
  deletesLeft: number;
  documentsTotal: number;
}

interface ProgressAnswer {
  Results?: {
    TaskName: string;
    ProcessesProgress?: {
      TransformationName: string;
      Completed?: boolean;
      Disabled?: boolean;
      NumberOfDocumentsToProcess?: number;
      NumberOfDocumentTombstonesToProcess?: number;
      TotalNumberOfDocuments?: number;
    }[];
  }[];
}

export async function readEtlProgress(http: RavenHttp): Promise<EtlProgress[]> {
  const answer = await http.getJson<ProgressAnswer>(http.path('/etl/progress'));
  return (answer?.Results ?? []).flatMap((task) =>
    (task.ProcessesProgress ?? []).map((process) => ({
      task: task.TaskName,
      transformation: process.TransformationName,
      completed: process.Completed ?? false,
      disabled: process.Disabled ?? false,
      documentsLeft: process.NumberOfDocumentsToProcess ?? 0,
      deletesLeft: process.NumberOfDocumentTombstonesToProcess ?? 0,
      documentsTotal: process.TotalNumberOfDocuments ?? 0,
    })),
  );
}

/** What one script of a task has done, and its errors. */
export interface EtlStatistics {
  task: string;
  transformation: string;
  lastProcessedEtag: number;
  transformationErrors: number;
  loadErrors: number;
}

interface StatisticsAnswer {
  Results?: {
    TaskName: string;
    Stats?: {
      TransformationName: string;
      Statistics?: { LastProcessedEtag?: number; TransformationErrors?: number; LoadErrors?: number };
    }[];
  }[];
}

export async function readEtlStatistics(http: RavenHttp): Promise<EtlStatistics[]> {
  const answer = await http.getJson<StatisticsAnswer>(http.path('/etl/stats'));
  return (answer?.Results ?? []).flatMap((task) =>
    (task.Stats ?? []).map(({ TransformationName, Statistics = {} }) => ({
      task: task.TaskName,
      transformation: TransformationName,
      lastProcessedEtag: Statistics.LastProcessedEtag ?? 0,
      transformationErrors: Statistics.TransformationErrors ?? 0,
      loadErrors: Statistics.LoadErrors ?? 0,
    })),
  );
}
