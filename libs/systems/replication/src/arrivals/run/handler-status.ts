import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';

export const HANDLER_STATES = ['Starting', 'Telling', 'Idle', 'Waiting'] as const;
export type HandlerState = (typeof HANDLER_STATES)[number];

/** A method with `@OnReplicated()`, as seen by this instance. */
@ApiSchema({ name: 'ArrivalHandler' })
export class HandlerStatus {
  @ApiProperty({ example: 'Garage.carCame' })
  name!: string;

  /** `Idle`: it was told about everything that is here. `Waiting`: it fails for every copy, and is retried. */
  @ApiProperty({ enum: [...HANDLER_STATES] })
  state!: HandlerState;

  /** The etag of this module's own database up to which it was told everything; null until this instance has done so for the first time. */
  @ApiProperty({
    type: Number,
    nullable: true,
    description: "Told up to this etag of this module's own database",
  })
  position!: number | null;

  /** The copy it is being called with; null between calls. A call that never returns blocks all others. */
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The id of the copy that it is being called with',
  })
  telling!: string | null;

  /** When that call began, in milliseconds since 1970. */
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Since when, in milliseconds since 1970 by the clock of this instance',
  })
  tellingSince!: number | null;

  /** How many copies this instance has told it about. */
  @ApiProperty({ description: 'How many copies this instance has told it about' })
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
