import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs-spark/observability/internal';
import type { EtlCommand, ScriptFailure } from '@nestjs-spark/etl-script';
import type { Comparison } from './compare-outputs.ts';

export type PreviewStatus = 'copied' | 'filtered' | 'failed' | 'missing' | 'skipped';

/** The counts of a preview. Those in the second half count copies, and only exist if a script is running. */
@ApiSchema({ name: 'PreviewSummaryAnswer' })
export class PreviewSummary {
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

  @ApiProperty({ description: 'Not tried, because the time was up' })
  skipped!: number;

  @ApiProperty({ description: 'Copies, compared with the running script' })
  newCopies!: number;

  @ApiProperty()
  changedCopies!: number;

  @ApiProperty()
  goneCopies!: number;

  @ApiProperty()
  sameCopies!: number;
}

/** The preview of one document. */
@ApiSchema({ name: 'PreviewedDocumentAnswer' })
export class PreviewedDocument {
  @ApiProperty({ example: 'cars/1-A' })
  id!: string;

  /**
   * `copied`: it has copies; `filtered`: it has none; `failed`: the script throws; `missing`: the collection has no such document; `skipped`: the
   * preview ran out of time.
   */
  @ApiProperty({ enum: ['copied', 'filtered', 'failed', 'missing', 'skipped'] })
  status!: PreviewStatus;

  /** The commands for the requester's database, in order. Documents are JSON texts, so that numbers keep their notation. */
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

  /** The comparison with the running script; null if there is none. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'outcome, and each copy',
  })
  against!: Comparison | null;

  /** The document at its owner, if `source` was requested. */
  @ApiPropertyOptional({ type: String, description: 'The document as JSON text' })
  source?: string;

  @ApiProperty({ description: 'The commands are omitted: the answer would be too large' })
  cut!: boolean;
}

@ApiSchema({ name: 'PreviewedScriptAnswer' })
export class PreviewedScript {
  @ApiProperty({ example: 'Cars' })
  name!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  /** The collections that the script loads to; empty if documents pass unchanged. */
  @ApiProperty({ type: [String], example: ['Cars'] })
  targets!: string[];

  /** The script now running under this name; null if there is none. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'generation, same',
  })
  running!: { generation: number; same: boolean } | null;

  @ApiProperty({ type: PreviewSummary })
  summary!: PreviewSummary;

  @ApiProperty({ type: [PreviewedDocument] })
  documents!: PreviewedDocument[];

  /** What looks wrong: fields that no document has, fields that are null in every copy. Absent from owners of earlier versions. */
  @ApiPropertyOptional({
    type: [String],
    example: ['`number`: 0 of 10 documents have it; did you mean `Number`?'],
  })
  warnings?: string[];
}

/** The body of the answer to `POST /spark/etl/preview`. */
@ApiSchema({ name: 'PreviewAnswer' })
export class PreviewResult {
  @ApiProperty({ example: 'Fleet' })
  owner!: string;

  @ApiProperty({ example: 'HR' })
  requestingModule!: string;

  @ApiProperty({ type: [PreviewedScript] })
  scripts!: PreviewedScript[];
}
