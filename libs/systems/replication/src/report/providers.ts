import type { Provider, Type } from '@nestjs/common';
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
];

export const REPORT_CONTROLLERS: Type[] = [ReplicationController, DeadLettersController];
