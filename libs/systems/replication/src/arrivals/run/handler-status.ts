import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';

export const HANDLER_STATES = ['Starting', 'Telling', 'Idle', 'Waiting'] as const;
export type HandlerState = (typeof HANDLER_STATES)[number];

/** A method with `@OnReplicated()`, as this instance sees it. */
@ApiSchema({ name: 'ArrivalHandler' })
export class HandlerStatus {
  @ApiProperty({ example: 'Garage.carCame' })
  name!: string;

  /** `Idle`: it was told of everything that is here. `Waiting`: it fails for every copy, and is tried again. */
  @ApiProperty({ enum: [...HANDLER_STATES] })
  state!: HandlerState;

  /** Told of everything up to this etag of this module's own database; null until this instance has told it of all that is here. */
  @ApiProperty({
    type: Number,
    nullable: true,
    description: "Told up to this etag of this module's own database",
  })
  position!: number | null;

  /** The copy that it is being told of; null when it is not called. A call that does not end holds back all others. */
  @ApiProperty({ type: String, nullable: true, description: 'The id of the copy that it is being told of' })
  telling!: string | null;

  /** Since when it is being told of that, in milliseconds since 1970. */
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Since when, in milliseconds since 1970 by the clock of this instance',
  })
  tellingSince!: number | null;

  /** Of how many copies this instance has told it. */
  @ApiProperty({ description: 'How many copies this instance has told it of' })
  told!: number;

  /** Copies for which it has failed. */
  @ApiProperty({ description: 'Copies for which it has failed' })
  setAside!: number;

  @ApiProperty({ description: 'Failures since this instance started' })
  errors!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  @ApiProperty({ description: 'This instance calls it' })
  active!: boolean;
}
