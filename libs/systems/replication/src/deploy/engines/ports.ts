import type { ReplicationEngine } from './replication-engine.ts';

/** The injection token of `ReplicationEngine[]`, one per name. */
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
  /** Documents and deletes that have not been sent yet. */
  waiting: number;
  lastEtag: number | null;
  /** Why it cannot send; null if it can. */
  error: string | null;
  /** The number of documents whose script failed. */
  setAside: number | null;
}

/**
 * RavenDB's own ETL in this module's database. Every method throws `UnavailableError` while the database is down; `add` and `update` throw a
 * `ProblemError` `licence` if the licence does not include ETL.
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

/** The injection token of `NativeTasks | null`: null if the store is not RavenDB. */
export const NATIVE_TASKS = Symbol('SPARK_NATIVE_TASKS');
