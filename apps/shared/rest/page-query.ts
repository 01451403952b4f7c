import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** `?skip&take` of a list. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 0, default: 0, description: 'How many to leave out' })
  @Type(() => Number)
  @Max(Number.MAX_SAFE_INTEGER)
  @Min(0)
  @IsInt()
  skip: number = 0;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 25, description: 'How many to answer' })
  @Type(() => Number)
  @Max(100)
  @Min(1)
  @IsInt()
  take: number = 25;
}
