import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs-spark/observability/internal';

@ApiSchema({ name: 'ExpectedCopy' })
class ExpectedCopyAnswer {
  @ApiProperty({ example: 'cars/1-A' })
  id!: string;

  @ApiProperty({ description: 'Hash of what the copy has to contain' })
  mark!: string;
}

@ApiSchema({ name: 'ExpectedDocument' })
class ExpectedDocumentAnswer {
  @ApiProperty({ example: 'cars/1-A' })
  id!: string;

  @ApiProperty({ description: '0 where the document was asked for by its id' })
  etag!: number;

  @ApiPropertyOptional({
    type: [ExpectedCopyAnswer],
    nullable: true,
    description: 'What the script makes of it; null: the script fails; absent: it was not run',
  })
  copies?: ExpectedCopyAnswer[] | null;
}

/** What the copies of some of this module's documents should look like. */
@ApiSchema({ name: 'CompareAnswer' })
export class CompareAnswer {
  @ApiProperty()
  databaseId!: string;

  @ApiProperty({ description: 'Fingerprint of the script' })
  script!: string;

  @ApiProperty({ description: 'The last etag of the database before the documents were read' })
  before!: number;

  @ApiProperty({ description: 'The same after they were read' })
  after!: number;

  @ApiProperty({ type: [ExpectedDocumentAnswer] })
  documents!: ExpectedDocumentAnswer[];

  @ApiPropertyOptional({ description: 'Of a page: the next one begins after this etag' })
  to?: number;

  @ApiPropertyOptional({ description: 'Of a page: it is the last one' })
  drained?: boolean;
}
