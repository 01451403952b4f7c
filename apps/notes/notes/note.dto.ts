import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

export class NoteInput extends DocumentInput {
  @ApiProperty({ example: 'Milk' })
  @Length(1, 200)
  @IsString()
  title!: string;

  @ApiPropertyOptional({ example: 'Two bottles' })
  @IsOptional()
  @MaxLength(10_000)
  @IsString()
  text?: string;
}

/** A note of the next version of the application. */
export class ColoredNoteInput extends NoteInput {
  @ApiPropertyOptional({ example: 'green' })
  @IsOptional()
  @MaxLength(50)
  @IsString()
  color?: string;
}
