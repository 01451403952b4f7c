import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';
import { CAR_STATUS_KEYS, type CarStatus } from '../car-statuses/car-status.ts';

/** A car as entered by a user. Only a field's first fault is reported, and the lowest decorator is checked first: its type. */
export class CarInput extends DocumentInput {
  @ApiProperty({ example: '1-ABC-123' })
  @Length(1, 20)
  @IsString()
  licensePlate!: string;

  @ApiProperty({ example: 'Golf' })
  @Length(1, 100)
  @IsString()
  model!: string;

  @ApiProperty({ example: 2024, minimum: 1886, maximum: 2100 })
  @Max(2100)
  @Min(1886)
  @IsInt()
  year!: number;

  @ApiPropertyOptional({ example: 'blue' })
  @IsOptional()
  @MaxLength(50)
  @IsString()
  color?: string;

  @ApiPropertyOptional({ enum: CAR_STATUS_KEYS, default: 'InUse' })
  @IsIn(CAR_STATUS_KEYS)
  status: CarStatus = 'InUse';

  @ApiPropertyOptional({ example: 'carBrands/1-A', description: 'The id of a car brand' })
  @IsOptional()
  @Length(1, 200)
  @IsString()
  brand?: string;
}

/** A car as returned by the API. */
export class CarView extends CarInput {
  @ApiProperty({ example: 'cars/1-A' })
  override id: string = '';
}
