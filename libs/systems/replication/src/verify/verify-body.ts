import { IsSparkName } from '@nestjs-spark/modules/internal';
import { ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import type { Depth } from '@nestjs-spark/streaming/internal';
import { IsBoolean, IsIn, ValidateIf } from 'class-validator';

export class VerifyBody {
  @ApiPropertyOptional({ description: 'Repair what is found; default false' })
  @ValidateIf((body: VerifyBody) => body.repair !== undefined)
  @IsBoolean()
  repair?: boolean;

  @ApiPropertyOptional({ enum: ['content', 'ids'], description: 'Default content' })
  @ValidateIf((body: VerifyBody) => body.depth !== undefined)
  @IsIn(['content', 'ids'])
  depth?: Depth;

  @ApiPropertyOptional({ example: 'Cars', description: 'Only this task; one task is one script' })
  @ValidateIf((body: VerifyBody) => body.task !== undefined)
  @IsSparkName()
  task?: string;
}
