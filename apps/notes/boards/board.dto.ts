import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

export class BoardInput extends DocumentInput {
  @ApiProperty({ example: 'Kitchen' })
  @Length(1, 200)
  @IsString()
  title!: string;

  @ApiPropertyOptional({ example: ['food'], type: [String] })
  @IsOptional()
  @MaxLength(50, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(1_000)
  @IsArray()
  tags?: string[];
}
