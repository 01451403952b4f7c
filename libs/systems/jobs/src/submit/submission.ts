import { ApiProperty, ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { JOB_KINDS, type JobKind } from '../job/job.ts';
import { LABEL } from '../settings/schema.ts';

const DAY_MS = 86_400_000;

/** The transformation of a submitted job. The required fields depend on `kind`. */
export class TransformationBody {
  @IsIn(JOB_KINDS)
  @ApiProperty({ enum: JOB_KINDS })
  kind!: JobKind;

  @IsOptional()
  @IsString()
  @Length(1, 256)
  @ApiPropertyOptional({ description: 'script: the collection of its documents', example: 'Orders' })
  collection?: string;

  @IsOptional()
  @IsString()
  @ApiPropertyOptional({ description: 'script: its text', example: 'loadToOrders({ Total: this.Total });' })
  script?: string;

  @IsOptional()
  @IsString()
  @Length(1, 256)
  @ApiPropertyOptional({ description: 'handler: its name' })
  handler?: string;

  @IsOptional()
  @IsString()
  @ApiPropertyOptional({ description: 'sql: the statement' })
  sql?: string;

  @IsOptional()
  @IsString()
  @ApiPropertyOptional({
    description: 'spark-app: the Python file, a path on the workers or an HTTP address',
  })
  resource?: string;

  @IsOptional()
  @ApiPropertyOptional({ description: 'sql: named parameters; spark-app: a list of arguments', type: Object })
  args?: unknown;

  @IsOptional()
  @IsObject()
  @ApiPropertyOptional({ description: 'spark-app: settings of Apache Spark by their names', type: Object })
  properties?: Record<string, string>;
}

/** How a failed job is retried. */
export class RetryBody {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10)
  @ApiPropertyOptional({ description: 'The maximum number of runs', example: 1 })
  attempts?: number;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsInt({ each: true })
  @Min(0, { each: true })
  @Max(86_400, { each: true })
  @ApiPropertyOptional({ type: [Number], example: [2, 10, 30] })
  delaysSeconds?: number[];
}

/** A job as it is submitted. */
export class SubmissionBody {
  @IsString()
  @Length(1, 256)
  @ApiProperty({ example: 'order totals' })
  name!: string;

  @IsObject()
  @ValidateNested()
  @Type(() => TransformationBody)
  @ApiProperty({ type: () => TransformationBody })
  transformation!: TransformationBody;

  @IsOptional()
  @ApiPropertyOptional({
    description:
      '`{ documents: [{ id, document }] }`, `{ value }`, `{ object }` (of POST /api/jobs/input) or `{ url }` (NDJSON)',
    type: Object,
  })
  input?: unknown;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  @ApiPropertyOptional({ example: 'auto' })
  backend?: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(9)
  @ApiPropertyOptional({ description: '9 first', example: 5 })
  priority?: number;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(16)
  @Matches(LABEL, { each: true })
  @ApiPropertyOptional({ type: [String] })
  labels?: string[];

  @IsOptional()
  @IsObject()
  @ApiPropertyOptional({ type: Object })
  metadata?: Record<string, unknown>;

  @IsOptional()
  @IsString()
  @Length(1, 256)
  @ApiPropertyOptional({
    description: 'The same key and body return the same job; same as the header Idempotency-Key',
  })
  idempotencyKey?: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(7 * DAY_MS)
  @ApiPropertyOptional({ example: 300_000 })
  timeoutMs?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(7 * DAY_MS)
  @ApiPropertyOptional()
  queueTimeoutMs?: number;

  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiPropertyOptional({ description: 'The job does not run before this time', format: 'date-time' })
  runAt?: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RetryBody)
  @ApiPropertyOptional({ type: () => RetryBody })
  retry?: RetryBody;

  @IsOptional()
  @IsIn(['use', 'refresh', 'off'])
  @ApiPropertyOptional({ enum: ['use', 'refresh', 'off'] })
  cache?: 'use' | 'refresh' | 'off';

  @IsOptional()
  @IsIn(['keep', 'fail'])
  @ApiPropertyOptional({ enum: ['keep', 'fail'] })
  onDocumentFailure?: 'keep' | 'fail';
}

/** A job submitted by the application's own code: like the body of `POST /api/jobs`, with the input as values. */
export type JobSubmission = Omit<Partial<SubmissionBody>, 'transformation' | 'input'> &
  Pick<SubmissionBody, 'name'> & {
    transformation: import('../job/job.ts').JobTransformation;
    input?: SubmittedInput;
  };

/** The input of a submission. */
export type SubmittedInput =
  | { documents: { id: string; document: object }[] }
  | { value: unknown }
  | { object: string }
  | { url: string; format?: 'ndjson' | 'csv' };
