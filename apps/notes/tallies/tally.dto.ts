import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional } from 'class-validator';
import { DocumentInput } from '../../shared/rest/document-input.ts';

export class TallyInput extends DocumentInput {
  @ApiPropertyOptional({ example: { a: 3, b: 1 }, type: Object, description: 'One number per node' })
  @IsOptional()
  @IsObject()
  counts?: Record<string, number>;
}
