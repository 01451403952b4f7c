/** A CEL expression over the fields of a record. */
export type Expression = string;

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** The source; the schema of definitions says what each type requires. */
export type SourceDefinition =
  | { type: 'generate'; count?: number; perSecond?: number }
  | { type: 'file'; path: string; format?: 'ndjson' | 'csv'; follow?: boolean }
  | {
      type: 'kafka';
      connection?: string;
      topic: string;
      /** `earliest`, `latest` or an ISO 8601 time. Default `earliest`. */
      start?: 'earliest' | 'latest' | (string & {});
      format?: 'json' | 'string';
    }
  | { type: LaterSource };

export type TransformDefinition =
  | { type: 'filter'; condition: Expression }
  | { type: 'map'; set?: Record<string, Expression>; remove?: string[] }
  | { type: 'project'; fields: string[] }
  | { type: 'rename'; fields: Record<string, string> }
  | { type: 'validate'; schema: Schema }
  | { type: 'script'; code: string }
  | { type: LaterTransform };

export type SinkDefinition =
  | {
      type: 'file';
      path: string;
      format?: 'ndjson' | 'csv';
      /** Whether batch files that this generation did not write are removed. Default: they stay; if they have its names, it fails. */
      overwrite?: boolean;
    }
  | { type: 'log' }
  | { type: 'postgres'; connection?: string; table: string; key?: string[]; createTable?: boolean }
  | { type: 'sqlite'; path: string; table: string; key?: string[]; createTable?: boolean }
  | { type: 'kafka'; connection?: string; topic: string; key?: string }
  | { type: LaterSink };

/** Part of the definition language, but not supported by this version. */
export const LATER_SOURCES = ['jdbc', 'rest', 'ravendb', 'sqlite'] as const;
export const LATER_TRANSFORMS = ['unnest', 'dedupe', 'aggregate', 'join'] as const;
export const LATER_SINKS = ['opensearch', 'elastic', 'elasticsearch', 's3', 'ravendb', 'http'] as const;

export const LATER_FORMATS = ['parquet'];

export type LaterSource = (typeof LATER_SOURCES)[number];
export type LaterTransform = (typeof LATER_TRANSFORMS)[number];
export type LaterSink = (typeof LATER_SINKS)[number];

export interface BatchLimits {
  maxRecords: number;
  maxBytes: number;
  maxWaitMs: number;
}

export type OnRecordError = 'deadLetter' | 'drop' | 'fail';

export interface ErrorRules {
  onRecord: OnRecordError;
  limit: { failed: number; of: number };
}

export interface DefinitionTest {
  name: string;
  input: Record<string, unknown>[];
  output: Record<string, unknown>[];
}

/** A pipeline as declared by its author. */
export interface PipelineDefinition {
  apiVersion?: 'spark/v1';
  pipelineId: string;
  name: string;
  description?: string;
  labels?: Record<string, string>;
  engine?: 'node' | 'spark';
  delivery?: 'exactly-once' | 'at-least-once';
  schema?: Schema;
  source: SourceDefinition;
  transforms?: TransformDefinition[];
  sink: SinkDefinition;
  batch?: Partial<BatchLimits>;
  errors?: Partial<ErrorRules>;
  tests?: DefinitionTest[];
}

type Loose<T> = T extends unknown ? { [Name in keyof T]?: T[Name] | undefined } : never;

/** A definition during checking: fields that exist have the right shape, but any may be missing. */
export type Draft = Loose<Omit<PipelineDefinition, 'source' | 'transforms' | 'sink'>> & {
  source?: Loose<SourceDefinition> | undefined;
  transforms?: (Loose<TransformDefinition> | undefined)[] | undefined;
  sink?: Loose<SinkDefinition> | undefined;
};

export const DEFAULT_BATCH: BatchLimits = { maxRecords: 5000, maxBytes: 4 * 1024 * 1024, maxWaitMs: 200 };
export const DEFAULT_ERRORS: ErrorRules = { onRecord: 'deadLetter', limit: { failed: 100, of: 1000 } };
