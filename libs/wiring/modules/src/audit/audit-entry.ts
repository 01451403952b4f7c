import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import {
  isNullOr,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';

/** The decision on a request. */
@ApiSchema({ name: 'AuditEntry' })
export class AuditEntry {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The module, `operator`, `ann by Console`, or a caller of the API such as `jwt:ann`, proven; null for nobody',
  })
  who!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The name in the credential, proven or not',
  })
  claimed!: string | null;

  @ApiProperty({ example: 'POST' })
  method!: string;

  @ApiProperty({ example: '/spark/etl/deploy', description: 'Without its query' })
  path!: string;

  @ApiProperty({ enum: ['allowed', 'refused', 'failed'] })
  decision!: 'allowed' | 'refused' | 'failed';

  @ApiProperty({ example: 403 })
  status!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was not allowed, or what it changed' })
  reason!: string | null;

  @ApiProperty({ description: 'How many similar entries were left out before this one' })
  repeated!: number;
}

export const isAuditEntry: Guard<AuditEntry> = isObjectOf({
  at: isText(),
  who: isNullOr(isText()),
  claimed: isNullOr(isText()),
  method: isText(),
  path: isText(),
  decision: isOneOf('allowed', 'refused', 'failed'),
  status: isWhole,
  reason: isNullOr(isText()),
  repeated: isWhole,
});

export function newestFirst(a: AuditEntry, b: AuditEntry): number {
  if (a.at === b.at) return 0;
  return a.at < b.at ? 1 : -1;
}
