import { ApiProperty } from '@nestjs-spark/observability/internal';
import type { RetriedTask } from './set-aside-desk.ts';
import type { SetAsideItem, SetAsidePlace, SetAsideTaskView, SetAsideView } from './set-aside-view.ts';

/** Which task of which route something was set aside in. */
class PlaceAnswer implements SetAsidePlace {
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

class SetAsideItemAnswer extends PlaceAnswer implements SetAsideItem {
  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ example: 'cars/1-A' })
  documentId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The copy that was refused' })
  copyId!: string | null;

  @ApiProperty({
    example: 'thrown',
    description: 'thrown, timeout, memory, invalid-output, too-much, crashed, refused',
  })
  kind!: string;

  @ApiProperty({ example: "TypeError: cannot read property 'Name' of null" })
  reason!: string;

  @ApiProperty({ type: Number, nullable: true })
  line!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  column!: number | null;

  @ApiProperty()
  etag!: number;

  @ApiProperty({ description: 'How often it failed since it was first set aside' })
  count!: number;

  @ApiProperty({ format: 'date-time' })
  firstAt!: string;

  @ApiProperty({ format: 'date-time' })
  lastAt!: string;
}

class SetAsideTaskAnswer extends PlaceAnswer implements SetAsideTaskView {
  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty()
  count!: number;

  @ApiProperty({ description: 'How many of them, at most, are only counted' })
  notListed!: number;

  @ApiProperty({ description: 'Some are about to be run again' })
  retrying!: boolean;
}

export class SetAsideAnswer implements SetAsideView {
  @ApiProperty()
  total!: number;

  @ApiProperty()
  skip!: number;

  @ApiProperty()
  take!: number;

  @ApiProperty({ type: [SetAsideTaskAnswer] })
  tasks!: SetAsideTaskAnswer[];

  @ApiProperty({ type: [SetAsideItemAnswer] })
  items!: SetAsideItemAnswer[];
}

class RetriedTaskAnswer extends PlaceAnswer implements RetriedTask {
  @ApiProperty()
  documents!: number;
}

export class RetryAnswer {
  @ApiProperty({ type: [RetriedTaskAnswer] })
  tasks!: RetriedTaskAnswer[];
}
