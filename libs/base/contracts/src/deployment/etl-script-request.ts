/** Body of `POST /spark/etl/deploy`: the full set of scripts that a requester wants an owner to run. */
export interface EtlScriptRequest {
  requestingModule: string;
  /** The requester's database. Only used by RavenDB's own ETL. */
  targetDatabase: string;
  /** Addresses of the requester's RavenDB. Only used by RavenDB's own ETL, which checks them against the owner's list. */
  targetUrls: string[];
  /** Grows whenever the set changes. A revision older than the owner's is refused; a set without one counts as the newest. */
  revision?: number;
  /** An empty list removes all of the requester's tasks. */
  scripts: EtlScriptItem[];
}

/** One task of a request. */
export interface EtlScriptItem {
  /** Unique within the request; the collection's name if omitted. Only needed for two scripts on one collection. */
  name?: string;
  sourceCollection: string;
  /** An ETL script as RavenDB defines the language. */
  script: string;
  /** Put before the id of each copy: `webshop/` makes `webshop/orders/1-A`. If omitted, ids stay. Not for RavenDB's own ETL. */
  idPrefix?: string;
}

/** The engines that can carry a task: RavenDB's own ETL, or the stream engine. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Every `EngineName`, for validation and API descriptions. */
export const ENGINE_NAMES = ['etl', 'stream'] as const;

/** Answer of `POST /spark/etl/deploy`. The counts are scripts (transformations), as in the requirement. */
export interface EtlDeploymentResult {
  success: boolean;
  tasksCreated: number;
  tasksUpdated: number;
  tasksRemoved: number;
  revision: number;
  tasks: EtlTaskResult[];
}

/** The outcome of one task of a request. */
export interface EtlTaskResult {
  name: string;
  collection: string;
  engine: EngineName;
  state: TaskState;
  /** Warnings from comparing the script with the owner's documents; omitted when there are none. The task runs anyway. */
  warnings?: string[];
}

/**
 * Where a task stands. `Starting` until the owner's first change set; `Snapshotting` while the existing documents are
 * read; `Streaming` once it follows live; `Waiting` while something it needs is away (it continues automatically);
 * `Faulted` when it cannot continue without a changed script or an operator.
 */
export type TaskState = (typeof TASK_STATES)[number];

/** Every `TaskState`, for validation and API descriptions. */
export const TASK_STATES = ['Starting', 'Snapshotting', 'Streaming', 'Waiting', 'Faulted'] as const;
