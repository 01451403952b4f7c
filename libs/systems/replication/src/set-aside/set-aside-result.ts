import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs-spark/observability/internal';

/** The task in which something was set aside, as seen by this module. */
class SetAsidePlace {
  @ApiProperty({
    enum: ['out', 'in'],
    description: 'out: a script failed here; in: this store refused a copy',
  })
  direction!: 'out' | 'in';

  @ApiProperty({ example: 'HR', description: 'The module on the other side' })
  module!: string;

  @ApiProperty({ example: 'Cars' })
  task!: string;
}

/** One set-aside document. */
@ApiSchema({ name: 'SetAsideItemAnswer' })
export class SetAsideItem extends SetAsidePlace {
  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ example: 'cars/1-A' })
  documentId!: string;

  /** The copy that this module's store refused; null if a script failed. */
  @ApiProperty({ type: String, nullable: true, description: 'The copy that was refused' })
  copyId!: string | null;

  @ApiProperty({
    example: 'thrown',
    description: 'thrown, timeout, memory, invalid-output, too-much, crashed, refused',
  })
  kind!: string;

  @ApiProperty({ example: "TypeError: cannot read property 'Name' of null" })
  reason!: string;

  /** The position in the script, starting at 1; null if there is none. */
  @ApiProperty({ type: Number, nullable: true })
  line!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  column!: number | null;

  /** The owner's etag of the version that failed. */
  @ApiProperty()
  etag!: number;

  @ApiProperty({ description: 'How often it failed since it was first set aside' })
  count!: number;

  @ApiProperty({ format: 'date-time' })
  firstAt!: string;

  @ApiProperty({ format: 'date-time' })
  lastAt!: string;

  /** The failed script, as long as it is still running; null otherwise, because the line would not match a newer one. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    description: 'fingerprint of the script that failed; null when another one runs, or none failed',
  })
  script!: { fingerprint: string } | null;
}

/** Documents that failed in the same way. */
@ApiSchema({ name: 'SetAsideGroupAnswer' })
export class SetAsideGroup extends SetAsidePlace {
  @ApiProperty()
  kind!: string;

  @ApiProperty()
  reason!: string;

  @ApiProperty({ type: Number, nullable: true })
  line!: number | null;

  @ApiProperty()
  count!: number;
}

@ApiSchema({ name: 'SetAsideTaskAnswer' })
export class SetAsideTaskView extends SetAsidePlace {
  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty()
  count!: number;

  @ApiProperty({ description: 'How many of them, at most, are only counted' })
  notListed!: number;

  @ApiProperty({ description: 'Some are about to be rerun' })
  retrying!: boolean;
}

/** The body of `GET /spark/etl/set-aside`. */
@ApiSchema({ name: 'SetAsideAnswer' })
export class SetAsideView {
  @ApiProperty()
  total!: number;

  @ApiProperty()
  skip!: number;

  @ApiProperty()
  take!: number;

  @ApiProperty({ type: [SetAsideTaskView] })
  tasks!: SetAsideTaskView[];

  @ApiProperty({ type: [SetAsideItem] })
  items!: SetAsideItem[];

  @ApiPropertyOptional({ type: [SetAsideGroup], description: 'With `group=reason`, the largest first' })
  groups?: SetAsideGroup[];
}

@ApiSchema({ name: 'RetriedTaskAnswer' })
export class RetriedTask extends SetAsidePlace {
  /** A lower bound for the number of documents that are rerun. */
  @ApiProperty()
  documents!: number;
}

export class RetryAnswer {
  @ApiProperty({ type: [RetriedTask] })
  tasks!: RetriedTask[];
}
