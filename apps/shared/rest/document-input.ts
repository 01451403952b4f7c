import { ApiPropertyOptional } from '@nestjs/swagger';
import { Exclude } from 'class-transformer';
import { Allow } from 'class-validator';

/** A document can be sent back as it was read, including its id; only the path determines which one is meant. */
export class DocumentInput {
  @ApiPropertyOptional({ type: String, description: 'Ignored; the path names the document' })
  @Allow()
  @Exclude({ toClassOnly: true })
  id?: string;
}
