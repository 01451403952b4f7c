import { CHANGE_SET_BOUNDS } from '@nestjs-spark/contracts/internal';
import { ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import { MOST_DOCUMENTS, type Depth } from '@nestjs-spark/streaming/internal';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';

export class CompareBody {
  @ApiPropertyOptional({ example: 1, description: 'A page of documents from this etag on' })
  @ValidateIf((body: CompareBody) => body.from !== undefined)
  @Min(0)
  @IsInt()
  from?: number;

  @ApiPropertyOptional({ enum: ['content', 'ids'], description: 'Of a page: whether the script is run' })
  @ValidateIf((body: CompareBody) => body.depth !== undefined)
  @IsIn(['content', 'ids'])
  depth?: Depth;

  @ApiPropertyOptional({ type: [String], description: 'These documents, instead of a page' })
  @ValidateIf((body: CompareBody) => body.documents !== undefined)
  @MaxLength(CHANGE_SET_BOUNDS.id, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(MOST_DOCUMENTS)
  @ArrayNotEmpty()
  @IsArray()
  documents?: string[];
}
