import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import type { PipelineDefinition, SinkDefinition, SourceDefinition } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import type { Connections } from './connections.ts';
import { csvFormat, readCsvRecord } from './file/csv.ts';
import { FileSink } from './file/file-sink.ts';
import { FileSource } from './file/file-source.ts';
import type { FilesFolder } from './file/files-folder.ts';
import { JSON_LINES } from './file/json-lines.ts';
import { GenerateSource } from './generate-source.ts';
import { KafkaSink } from './kafka/kafka-sink.ts';
import { KafkaSource } from './kafka/kafka-source.ts';
import { fieldsOfText } from './kafka/to-record.ts';
import { LogSink } from './log-sink.ts';
import type { Sink, Source, SourceRecord } from './ports.ts';
import { PostgresSink } from './postgres/postgres-sink.ts';
import { kafkaAddress, postgresAddress } from './read-connection.ts';
import { SqliteSink } from './sqlite/sqlite-sink.ts';

/** Resources of the process that a run uses. */
export interface Surroundings {
  files: FilesFolder;
  connections: Connections;
  print: (line: string) => void;
  warn: (text: string) => void;
}

type Of<D extends { type: string }, T> = Extract<D, { type: T }>;
type Makers<D extends { type: string }, End> = {
  [T in D['type']]?: (part: Of<D, T>, around: Surroundings, definition: PipelineDefinition) => End;
};

/** The constructors of all source types. A type that is missing here is `later` in the schema of definitions. */
const SOURCES: Makers<SourceDefinition, Source> = {
  generate: (source) => new GenerateSource(source),
  file: ({ path, format, follow }, { files }, { schema }) =>
    new FileSource(files, path, { format: format === 'csv' ? csvFormat(schema) : JSON_LINES, follow }),
  kafka: ({ connection, ...options }, { connections }, { pipelineId }) =>
    new KafkaSource(kafkaAddress(connections.find('kafka', connection)), options, `spark.${pipelineId}`),
};

const SINKS: Makers<SinkDefinition, Sink> = {
  file: ({ path, ...options }, { files, warn }) => new FileSink(files, path, { ...options, warn }),
  log: (_, { print }) => new LogSink(print),
  kafka: ({ connection, ...options }, { connections }) =>
    new KafkaSink(kafkaAddress(connections.find('kafka', connection)), options),
  postgres: ({ connection, ...options }, { connections }, { schema, pipelineId }) => {
    const address = postgresAddress(connections.find('postgres', connection));
    return new PostgresSink(new PostgresConnection(address, `spark ${pipelineId}`), { ...options, schema });
  },
  sqlite: ({ path, ...options }, { files }, { schema }) =>
    new SqliteSink(files, path, { ...options, schema }),
};

/** @throws {RunFailedError} if its connection is not configured */
export function makeSource(definition: PipelineDefinition, around: Surroundings): Source {
  return make(SOURCES, definition.source, around, definition);
}

/** @throws {RunFailedError} if its connection is not configured */
export function makeSink(definition: PipelineDefinition, around: Surroundings): Sink {
  return make(SINKS, definition.sink, around, definition);
}

/** Reads a text as a record of the definition's source with this `meta`; empty if the format is JSON. */
export function readInFormat(
  { source, schema }: PipelineDefinition,
  text: string,
  meta: Fields | undefined,
): Pick<SourceRecord, 'fields' | 'fault'> {
  const format = 'format' in source ? source.format : undefined;
  if (source.type === 'kafka' && format === 'string') return { fields: fieldsOfText(text) };
  if (source.type === 'file' && format === 'csv') return readCsvRecord(text, meta?.['columns'], schema);
  return {};
}

function make<D extends { type: string }, End>(
  makers: Makers<D, End>,
  part: D,
  around: Surroundings,
  definition: PipelineDefinition,
): End {
  // The key and the part have the same type, but a lookup by a union cannot express that.
  const maker = makers[part.type as D['type']] as
    ((part: D, around: Surroundings, definition: PipelineDefinition) => End) | undefined;
  if (!maker) throw new TypeError(`${part.type} is not available`);
  return maker(part, around, definition);
}
