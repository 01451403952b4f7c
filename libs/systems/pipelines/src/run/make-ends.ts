import { FileSink } from '../connect/file-sink.ts';
import { FileSource } from '../connect/file-source.ts';
import type { FilesFolder } from '../connect/files-folder.ts';
import { GenerateSource } from '../connect/generate-source.ts';
import { LogSink } from '../connect/log-sink.ts';
import type { Sink, Source } from '../connect/ports.ts';
import type { PipelineDefinition } from '../definition/types.ts';

/** What a run has of the process that it is in. */
export interface Surroundings {
  files: FilesFolder;
  print: (line: string) => void;
}

export function makeSource({ source }: PipelineDefinition, { files }: Surroundings): Source {
  if (source.type === 'generate') return new GenerateSource(source);
  if (source.type === 'file') return new FileSource(files, source.path);
  throw new TypeError(`${source.type} is not available`);
}

export function makeSink(
  { sink, pipelineId }: PipelineDefinition,
  tenant: string,
  around: Surroundings,
): Sink {
  if (sink.type === 'file') return new FileSink(around.files, sink.path, `${tenant}/${pipelineId}`);
  if (sink.type === 'log') return new LogSink(around.print);
  throw new TypeError(`${sink.type} is not available`);
}
