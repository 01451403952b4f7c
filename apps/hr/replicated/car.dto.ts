import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The copy of a car as returned by the API. */
export class CarView {
  @ApiProperty({ example: 'cars/1-A' })
  id!: string;

  @ApiProperty({ example: '1-ABC-123' })
  licensePlate!: string;

  @ApiProperty({ example: 'Golf' })
  model!: string;

  @ApiProperty({ example: 2024 })
  year!: number;

  @ApiPropertyOptional({ example: 'blue', type: String, nullable: true })
  color?: string | null;
}

/** HR's news of a car. */
export class CarNewsView {
  @ApiProperty({ enum: ['arrived', 'changed', 'gone'] })
  kind!: 'arrived' | 'changed' | 'gone';

  @ApiProperty({ example: 'cars/1-A' })
  id!: string;

  @ApiProperty({ example: 'Golf', type: String, nullable: true })
  model!: string | null;
}
