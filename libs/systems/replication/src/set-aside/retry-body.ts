import { ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsString, MaxLength, ValidateIf } from 'class-validator';
import { IsSparkName } from '@nestjs-spark/modules/internal';

const LONGEST_ID = 512;
const MOST_DOCUMENTS = 1_000;

export class RetryBody {
  @ApiPropertyOptional({ example: 'HR', description: 'Only tasks with this module on the other side' })
  @ValidateIf((body: RetryBody) => body.module !== undefined)
  @IsSparkName()
  module?: string;

  @ApiPropertyOptional({ example: 'Cars', description: 'Only this task; one task is one script' })
  @ValidateIf((body: RetryBody) => body.task !== undefined)
  @IsSparkName()
  task?: string;

  @ApiPropertyOptional({ type: [String], example: ['cars/1-A'], description: 'Only these; needs `task`' })
  @ValidateIf((body: RetryBody) => body.documents !== undefined)
  @MaxLength(LONGEST_ID, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(MOST_DOCUMENTS)
  @ArrayNotEmpty()
  @IsArray()
  documents?: string[];
}
