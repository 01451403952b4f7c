import { ApiProperty, ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { EtlScriptItemBody } from '../deploy/receive/deployment-body.ts';
import { IsSparkName } from '@nestjs-spark/modules/internal';
import { DEPLOYMENT_BOUNDS } from '../settings/options.ts';

/** The limits of one preview. */
export const PREVIEW_BOUNDS = { sample: 10, documents: 100, idLength: 512 } as const;

export class PreviewBody {
  @ApiProperty({ example: 'HR', description: 'The module that would get the copies' })
  @IsSparkName()
  requestingModule!: string;

  @ApiProperty({ type: [EtlScriptItemBody] })
  @ValidateNested({ each: true })
  @Type(() => EtlScriptItemBody)
  @IsObject({ each: true })
  @ArrayMaxSize(DEPLOYMENT_BOUNDS.scripts)
  @ArrayNotEmpty()
  @IsArray()
  scripts!: EtlScriptItemBody[];

  @ApiPropertyOptional({ example: 10, description: 'How many documents of each collection; at most 100' })
  @ValidateIf((body: PreviewBody) => body.sample !== undefined)
  @Max(PREVIEW_BOUNDS.documents)
  @Min(1)
  @IsInt()
  sample?: number;

  @ApiPropertyOptional({ type: [String], description: 'These documents instead of a sample' })
  @ValidateIf((body: PreviewBody) => body.documents !== undefined)
  @MaxLength(PREVIEW_BOUNDS.idLength, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(PREVIEW_BOUNDS.documents)
  @ArrayNotEmpty()
  @IsArray()
  documents?: string[];

  @ApiPropertyOptional({ description: 'Adds the text of each document, as far as the module may read it' })
  @ValidateIf((body: PreviewBody) => body.source !== undefined)
  @IsBoolean()
  source?: boolean;

  @ApiPropertyOptional({ enum: ['set-aside'], description: 'Which documents come first in the sample' })
  @ValidateIf((body: PreviewBody) => body.prefer !== undefined)
  @IsIn(['set-aside'])
  prefer?: 'set-aside';

  @ApiPropertyOptional({ description: 'As in a deployment; ignored' })
  @ValidateIf((body: PreviewBody) => body.targetDatabase !== undefined)
  @IsString()
  targetDatabase?: string;

  @ApiPropertyOptional({ type: [String], description: 'As in a deployment; ignored' })
  @ValidateIf((body: PreviewBody) => body.targetUrls !== undefined)
  @IsString({ each: true })
  @ArrayMaxSize(20)
  @IsArray()
  targetUrls?: string[];
}
