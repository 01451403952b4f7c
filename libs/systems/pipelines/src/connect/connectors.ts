import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import type { PipelineDefinition, SinkDefinition, SourceDefinition } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import type { Connections } from './connections.ts';
import { FileSink } from './file-sink.ts';
import { FileSource } from './file-source.ts';
import type { FilesFolder } from './files-folder.ts';
import { GenerateSource } from './generate-source.ts';
import { KafkaSink } from './kafka/kafka-sink.ts';
import { KafkaSource } from './kafka/kafka-source.ts';
import { fieldsOfText } from './kafka/to-record.ts';
import { LogSink } from './log-sink.ts';
import type { Sink, Source } from './ports.ts';
import { PostgresSink } from './postgres/postgres-sink.ts';
import { kafkaAddress, postgresAddress } from './read-connection.ts';
import { SqliteSink } from './sqlite/sqlite-sink.ts';

/** What a run has of the process that it is in. */
export interface Surroundings {
  files: FilesFolder;
  connections: Connections;
  print: (line: string) => void;
}

type Of<D extends { type: string }, T> = Extract<D, { type: T }>;
type Makers<D extends { type: string }, End> = {
  [T in D['type']]?: (part: Of<D, T>, around: Surroundings, definition: PipelineDefinition) => End;
};

/** What makes each type of source. One that is missing here is `later` in the language's schema. */
const SOURCES: Makers<SourceDefinition, Source> = {
  generate: (source) => new GenerateSource(source),
  file: ({ path }, { files }) => new FileSource(files, path),
  kafka: ({ connection, ...options }, { connections }, { pipelineId }) =>
    new KafkaSource(kafkaAddress(connections.find('kafka', connection)), options, `spark.${pipelineId}`),
};

const SINKS: Makers<SinkDefinition, Sink> = {
  file: ({ path }, { files }) => new FileSink(files, path),
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

/** @throws {RunFailedError} when its connection is not configured */
export function makeSource(definition: PipelineDefinition, around: Surroundings): Source {
  return make(SOURCES, definition.source, around, definition);
}

/** @throws {RunFailedError} when its connection is not configured */
export function makeSink(definition: PipelineDefinition, around: Surroundings): Sink {
  return make(SINKS, definition.sink, around, definition);
}

/** What a text would say if it came from the definition's source; undefined: it is JSON. */
export function fieldsInFormat({ source }: PipelineDefinition, text: string): Fields | undefined {
  return source.type === 'kafka' && 'format' in source && source.format === 'string'
    ? fieldsOfText(text)
    : undefined;
}

function make<D extends { type: string }, End>(
  makers: Makers<D, End>,
  part: D,
  around: Surroundings,
  definition: PipelineDefinition,
): End {
  // The key and the part are of the same type, which a lookup by a union does not know.
  const maker = makers[part.type as D['type']] as
    ((part: D, around: Surroundings, definition: PipelineDefinition) => End) | undefined;
  if (!maker) throw new TypeError(`${part.type} is not available`);
  return maker(part, around, definition);
}
