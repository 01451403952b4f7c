import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** RavenDB's counts are integers up to here, and it fails on a larger one. */
const MOST = 2_147_483_647;

/** Only plain digits are a number: JavaScript also accepts `1e3`, and reads an empty text as 0. */
const digits = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

/** `?skip&take` of a list. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 0, maximum: MOST, default: 0, description: 'How many to skip' })
  @Transform(digits)
  @Max(MOST)
  @Min(0)
  @IsInt()
  skip: number = 0;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 25, description: 'How many to return' })
  @Transform(digits)
  @Max(100)
  @Min(1)
  @IsInt()
  take: number = 25;
}
