import { printable } from '@nestjs-spark/foundation/internal';
import { placeOf, type PipelineView } from '@nestjs-spark/pipelines/embedded';
import { inColumns } from '../in-columns.ts';
import type { LetterView } from './read-answer.ts';

export function describePipelines(pipelines: readonly PipelineView[]): string {
  if (pipelines.length === 0)
    return 'There are no pipelines: npx @nestjs-spark/cli dataflow apply FILE creates one';
  return inColumns(pipelines.map(rowOf))
    .map((row, at) => `${row}${reasonOf(pipelines[at])}`)
    .join('\n');
}

export function describePipeline(pipeline: PipelineView): string {
  return `${rowOf(pipeline).join('  ')}${reasonOf(pipeline)}`;
}

export function describeLetters(letters: readonly LetterView[]): string {
  if (letters.length === 0) return 'There are no dead letters';
  return letters
    .map((letter) => printable(`${letter.letterId}  ${placeOf(letter)}, ${letter.step}: ${letter.reason}`))
    .join('\n');
}

function rowOf({ pipelineId, state, version, run, progress }: PipelineView): string[] {
  const { read, written, deadLettered, lag } = progress;
  const phase = run.phase === 'none' ? '' : ` (${run.phase})`;
  const figures = `read ${read}, written ${written}, dead letters ${deadLettered}${lag === null ? '' : `, lag ${lag}`}`;
  return [pipelineId, `version ${version}`, `${state}${phase}`, figures];
}

function reasonOf(pipeline: PipelineView | undefined): string {
  return pipeline?.reason ? `\n  ${printable(pipeline.reason)}` : '';
}
