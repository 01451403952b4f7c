import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsString, Length, MaxLength } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

export class BoardInput extends DocumentInput {
  @ApiProperty({ example: 'Kitchen' })
  @Length(1, 200)
  @IsString()
  title!: string;

  @ApiProperty({ example: ['food'], type: [String] })
  @MaxLength(50, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(1_000)
  @IsArray()
  tags: string[] = [];
}
