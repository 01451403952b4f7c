import type { Provider, Type } from '@nestjs/common';
import { DeadLetterStore, type JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { JETSTREAM_CONNECTION, REPLICATION_OPTIONS } from '../settings/tokens.ts';
import { DEAD_LETTER_BOX, type DeadLetterBox } from './dead-letters/dead-letter-box.ts';
import { VerbsController } from './routes/verbs.controller.ts';
import { DeadLetterDesk } from './dead-letters/dead-letter-desk.ts';
import { SourcePosition } from './freshness/source-position.ts';
import { ReplicationHealth } from './health/replication-health.ts';
import { ReplicationMetrics } from './metrics/replication-metrics.ts';
import { ReplicationStatus } from './replication-status.ts';
import { DeadLettersController } from './routes/dead-letters.controller.ts';
import { ReplicationController } from './routes/replication.controller.ts';
import { Incoming } from './status/incoming.ts';
import { Outgoing } from './status/outgoing.ts';
import { OwnerWords } from './status/owner-words.ts';
import { ReplicationViews } from './status/replication-view.ts';

/** How replication stands: status, freshness, health, metrics. Needs `ObservabilityModule`. */
export const REPORT_PROVIDERS: Provider[] = [
  DeadLetterDesk,
  Incoming,
  Outgoing,
  OwnerWords,
  ReplicationHealth,
  ReplicationMetrics,
  ReplicationStatus,
  ReplicationViews,
  SourcePosition,
  {
    provide: DEAD_LETTER_BOX,
    inject: [JETSTREAM_CONNECTION, REPLICATION_OPTIONS],
    useFactory: (connection: JetStreamConnection, { moduleName }: ReplicationSettings): DeadLetterBox =>
      new DeadLetterStore(connection, moduleName),
  },
];

/** `VerbsController` answers what no other takes, so these come last. */
export const REPORT_CONTROLLERS: Type[] = [ReplicationController, DeadLettersController, VerbsController];
