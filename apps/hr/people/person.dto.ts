import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsISO8601, IsObject, IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

/** An address as a user says it. */
export class AddressInput {
  @ApiProperty({ example: 'Main Street 1' })
  @IsString()
  @Length(1, 200)
  street!: string;

  @ApiProperty({ example: '9000' })
  @IsString()
  @Length(1, 20)
  postalCode!: string;

  @ApiProperty({ example: 'Ghent' })
  @IsString()
  @Length(1, 100)
  city!: string;
}

/** What a user says of a person. */
export class PersonInput extends DocumentInput {
  @ApiProperty({ example: 'Ada' })
  @IsString()
  @Length(1, 100)
  firstName!: string;

  @ApiProperty({ example: 'Peeters' })
  @IsString()
  @Length(1, 100)
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
  @IsString()
  @Length(1, 200)
  company?: string;

  @ApiPropertyOptional({ type: AddressInput })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => AddressInput)
  address?: AddressInput;
}

/** A person as it is answered. */
export class PersonView extends PersonInput {
  @ApiProperty({ example: 'people/1-A' })
  override id: string = '';
}
