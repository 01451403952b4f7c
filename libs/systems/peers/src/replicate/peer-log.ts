import type { JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';

/** The part of the log's interface that a node uses. */
export type PeerLog = Pick<JetStreamSharedLog, 'provision' | 'describe' | 'append' | 'read' | 'tailOf'>;
