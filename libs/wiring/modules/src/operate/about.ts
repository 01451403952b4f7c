import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';

/** The body of `GET /spark/about`. */
@ApiSchema({ name: 'AboutAnswer' })
export class About {
  @ApiProperty({ example: 'Fleet' })
  module!: string;

  @ApiProperty({ description: 'The instance that answers' })
  instance!: string;

  @ApiProperty({ type: String, nullable: true, description: "The application's own version" })
  version!: string | null;

  @ApiProperty({ description: 'The version of Node' })
  node!: string;

  @ApiProperty({ format: 'date-time' })
  startedAt!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'kind, version, database',
  })
  store!: { kind: string; version: string | null; database: string } | null;

  @ApiProperty({ type: String, nullable: true, example: 'stream' })
  engine!: string | null;

  @ApiProperty({ type: String, nullable: true })
  engineReason!: string | null;

  @ApiProperty({ description: 'As /health/ready says' })
  ready!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { replication: '/spark' },
    description: 'The systems of this application and where their routes begin',
  })
  systems!: Record<string, string>;
}
