import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

/** A brand as entered by a user. */
export class CarBrandInput extends DocumentInput {
  @ApiProperty({ example: 'Volkswagen' })
  @Length(1, 100)
  @IsString()
  name!: string;

  @ApiPropertyOptional({ example: 'Germany' })
  @IsOptional()
  @MaxLength(100)
  @IsString()
  country?: string;
}

/** A brand as returned by the API. */
export class CarBrandView extends CarBrandInput {
  @ApiProperty({ example: 'carBrands/1-A' })
  override id: string = '';
}
