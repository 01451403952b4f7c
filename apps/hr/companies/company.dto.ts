import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, IsUrl, Length } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

/** A company as entered by a user. */
export class CompanyInput extends DocumentInput {
  @ApiProperty({ example: 'MintPlayer' })
  @Length(1, 200)
  @IsString()
  name!: string;

  @ApiPropertyOptional({ example: 'https://example.org' })
  @IsOptional()
  @IsUrl({ require_tld: false })
  website?: string;
}

/** A company as returned by the API. */
export class CompanyView extends CompanyInput {
  @ApiProperty({ example: 'companies/1-A' })
  override id: string = '';
}
