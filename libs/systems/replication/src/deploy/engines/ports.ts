import type { ReplicationEngine } from './replication-engine.ts';

/** `ReplicationEngine[]`, one per name. */
export const ENGINES = Symbol('SPARK_ENGINES');

export function engineNamed(
  engines: readonly ReplicationEngine[],
  name: ReplicationEngine['name'],
): ReplicationEngine {
  const found = engines.find((engine) => engine.name === name);
  if (!found) throw new Error(`There is no engine "${name}" in this module`);
  return found;
}

/** One script of RavenDB's ETL task. */
export interface NativeTransformation {
  name: string;
  collection: string;
  script: string;
}

export interface NativeTask {
  taskId: number;
  transformations: NativeTransformation[];
}

export interface NativeProgress {
  transformation: string;
  /** Documents and deletes still to be sent. */
  waiting: number;
  lastEtag: number | null;
  /** Why it cannot send; null when it works. */
  error: string | null;
  /** Documents whose script failed. */
  setAside: number | null;
}

/**
 * RavenDB's own ETL, as the database of this module has it.
 * Every method throws `UnavailableError` when it is away; `add` and `update` throw a `ProblemError` `licence` when the
 * licence does not include it.
 */
export interface NativeTasks {
  putConnectionString(name: string, target: { database: string; urls: string[] }): Promise<void>;
  find(name: string): Promise<NativeTask | null>;
  add(name: string, connectionString: string, transformations: NativeTransformation[]): Promise<void>;
  update(
    taskId: number,
    name: string,
    connectionString: string,
    transformations: NativeTransformation[],
  ): Promise<void>;
  reset(name: string, transformation: string): Promise<void>;
  remove(taskId: number): Promise<void>;
  progress(name: string): Promise<NativeProgress[]>;
}

/** `NativeTasks | null`: null when the store is not RavenDB. */
export const NATIVE_TASKS = Symbol('SPARK_NATIVE_TASKS');
