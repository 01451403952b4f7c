import { ApiProperty, ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import type { EtlCommand, ScriptFailure } from '@nestjs-spark/etl-script';
import type { Comparison } from './compare-outputs.ts';
import type { PreviewedDocument } from './describe-document.ts';
import type { PreviewedScript, PreviewResult } from './preview.ts';
import type { PreviewSummary } from './summarize.ts';

class PreviewSummaryAnswer implements PreviewSummary {
  @ApiProperty()
  documents!: number;

  @ApiProperty()
  copied!: number;

  @ApiProperty()
  filtered!: number;

  @ApiProperty()
  failed!: number;

  @ApiProperty()
  missing!: number;

  @ApiProperty({ description: 'For which the time did not suffice' })
  skipped!: number;

  @ApiProperty({ description: 'Copies, beside the running script' })
  newCopies!: number;

  @ApiProperty()
  changedCopies!: number;

  @ApiProperty()
  goneCopies!: number;

  @ApiProperty()
  sameCopies!: number;
}

class PreviewedDocumentAnswer implements PreviewedDocument {
  @ApiProperty({ example: 'cars/1-A' })
  id!: string;

  @ApiProperty({ enum: ['copied', 'filtered', 'failed', 'missing', 'skipped'] })
  status!: PreviewedDocument['status'];

  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'type, id, collection, and fields as JSON text',
  })
  commands!: EtlCommand[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'kind, reason, line, column',
  })
  failure!: ScriptFailure | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'outcome, and each copy',
  })
  against!: Comparison | null;

  @ApiProperty({ description: 'The commands are left out: the answer would become too large' })
  cut!: boolean;
}

class PreviewedScriptAnswer implements PreviewedScript {
  @ApiProperty({ example: 'Cars' })
  name!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ type: [String], example: ['Cars'] })
  targets!: string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'generation, same',
  })
  running!: { generation: number; same: boolean } | null;

  @ApiProperty({ type: PreviewSummaryAnswer })
  summary!: PreviewSummaryAnswer;

  @ApiProperty({ type: [PreviewedDocumentAnswer] })
  documents!: PreviewedDocumentAnswer[];

  @ApiPropertyOptional({
    type: [String],
    example: ['`number`: 0 of 10 documents have it; did you mean `Number`?'],
  })
  warnings?: string[];
}

export class PreviewAnswer implements PreviewResult {
  @ApiProperty({ example: 'Fleet' })
  owner!: string;

  @ApiProperty({ example: 'HR' })
  requestingModule!: string;

  @ApiProperty({ type: [PreviewedScriptAnswer] })
  scripts!: PreviewedScriptAnswer[];
}
