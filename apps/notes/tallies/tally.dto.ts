import { ApiProperty } from '@nestjs/swagger';
import { IsObject } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

export class TallyInput extends DocumentInput {
  @ApiProperty({ example: { a: 3, b: 1 }, type: Object, description: 'One number per node' })
  @IsObject()
  counts: Record<string, number> = {};
}
