import { ApiPropertyOptional } from '@nestjs/swagger';
import { Exclude } from 'class-transformer';
import { Allow } from 'class-validator';

/** A document can be sent back as it was read, including its id; only the path determines which one is meant. */
export class DocumentInput {
  @ApiPropertyOptional({ type: String, description: 'Not looked at; the path says which document is meant' })
  @Allow()
  @Exclude({ toClassOnly: true })
  id?: string;
}
