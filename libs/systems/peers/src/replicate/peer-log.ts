import type { JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';

/** The log, as far as a node uses it. */
export type PeerLog = Pick<
  JetStreamSharedLog,
  'reach' | 'provision' | 'describe' | 'append' | 'read' | 'tailOf' | 'timeOf'
>;

/** The log as it is at a moment. */
export interface LogState {
  readonly created: string;
  readonly lastSequence: number;
}
