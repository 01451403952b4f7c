import { ApiPropertyOptional } from '@nestjs/swagger';
import { Exclude } from 'class-transformer';
import { Allow } from 'class-validator';

/** A document may be sent back as it was read, with its id; which one is meant is said by the path alone. */
export class DocumentInput {
  @ApiPropertyOptional({ type: String, description: 'Ignored; the path names the document' })
  @Allow()
  @Exclude({ toClassOnly: true })
  id?: string;
}
