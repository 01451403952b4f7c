import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';
import { CAR_STATUS_KEYS, type CarStatus } from '../car-statuses/car-status.ts';

/** What a user says of a car. */
export class CarInput extends DocumentInput {
  @ApiProperty({ example: '1-ABC-123' })
  @IsString()
  @Length(1, 20)
  licensePlate!: string;

  @ApiProperty({ example: 'Golf' })
  @IsString()
  @Length(1, 100)
  model!: string;

  @ApiProperty({ example: 2024, minimum: 1886, maximum: 2100 })
  @IsInt()
  @Min(1886)
  @Max(2100)
  year!: number;

  @ApiPropertyOptional({ example: 'blue' })
  @IsOptional()
  @IsString()
  @MaxLength(50)
  color?: string;

  @ApiPropertyOptional({ enum: CAR_STATUS_KEYS, default: 'InUse' })
  @IsIn(CAR_STATUS_KEYS)
  status: CarStatus = 'InUse';

  @ApiPropertyOptional({ example: 'carBrands/1-A', description: 'The id of a car brand' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  brand?: string;
}

/** A car as it is answered. */
export class CarView extends CarInput {
  @ApiProperty({ example: 'cars/1-A' })
  override id: string = '';
}
