import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsISO8601, IsObject, IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

/** An address as entered by a user. */
export class AddressInput {
  @ApiProperty({ example: 'Main Street 1' })
  @Length(1, 200)
  @IsString()
  street!: string;

  @ApiProperty({ example: '9000' })
  @Length(1, 20)
  @IsString()
  postalCode!: string;

  @ApiProperty({ example: 'Ghent' })
  @Length(1, 100)
  @IsString()
  city!: string;
}

/** A person as entered by a user. */
export class PersonInput extends DocumentInput {
  @ApiProperty({ example: 'Ada' })
  @Length(1, 100)
  @IsString()
  firstName!: string;

  @ApiProperty({ example: 'Peeters' })
  @Length(1, 100)
  @IsString()
  lastName!: string;

  @ApiPropertyOptional({ example: 'ada@example.org' })
  @IsOptional()
  @IsEmail()
  email?: string;

  @ApiPropertyOptional({ example: '1990-05-17' })
  @IsOptional()
  @IsISO8601({ strict: true })
  dateOfBirth?: string;

  @ApiPropertyOptional({ example: 'companies/1-A', description: 'The id of a company' })
  @IsOptional()
  @Length(1, 200)
  @IsString()
  company?: string;

  @ApiPropertyOptional({ type: AddressInput })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => AddressInput)
  address?: AddressInput;
}

/** A person as returned by the API. */
export class PersonView extends PersonInput {
  @ApiProperty({ example: 'people/1-A' })
  override id: string = '';
}
