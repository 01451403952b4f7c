import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';

export const HANDLER_STATES = ['Starting', 'Telling', 'Idle', 'Waiting'] as const;
export type HandlerState = (typeof HANDLER_STATES)[number];

/** A method with `@OnReplicated()`, as seen by this instance. */
@ApiSchema({ name: 'ArrivalHandler' })
export class HandlerStatus {
  @ApiProperty({ example: 'Garage.carCame' })
  name!: string;

  /** `Idle`: it was called for everything that is here. `Waiting`: it fails for every copy, and is retried. */
  @ApiProperty({ enum: [...HANDLER_STATES] })
  state!: HandlerState;

  /**
   * It was called for everything up to this etag of this module's own database; null until this instance has called it for all
   * that is here.
   */
  @ApiProperty({
    type: Number,
    nullable: true,
    description: "Called for every change up to this etag of this module's own database",
  })
  position!: number | null;

  /** The copy that it is handling; null when it is not being called. A call that does not end blocks all others. */
  @ApiProperty({ type: String, nullable: true, description: 'The id of the copy that it is handling' })
  telling!: string | null;

  /** Since when it has been handling it, in milliseconds since 1970. */
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Since when, in milliseconds since 1970 by the clock of this instance',
  })
  tellingSince!: number | null;

  /** For how many copies this instance has called it. */
  @ApiProperty({ description: 'For how many copies this instance has called it' })
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
