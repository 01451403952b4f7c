import type { Provider } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { logFor } from '@nestjs-spark/observability/internal';
import { Declarations } from '../declare/declarations.ts';
import { explore, type Explored } from '../declare/explore.ts';
import { Shares } from '../declare/shares.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_OPTIONS } from '../settings/tokens.ts';

/** `Explored`: what was found when the application started. */
export const EXPLORED = Symbol('SPARK_EXPLORED');

/** What the application's classes declare. Found when the first of these is made: all modules are known by then. */
export const DECLARATION_PROVIDERS: Provider[] = [
  {
    provide: EXPLORED,
    inject: [DiscoveryService, REPLICATION_OPTIONS],
    useFactory: (discovery: DiscoveryService, { moduleName }: ReplicationSettings) =>
      explore(discovery, moduleName, logFor('SparkReplicationModule')),
  },
  { provide: Declarations, inject: [EXPLORED], useFactory: ({ declarations }: Explored) => declarations },
  { provide: Shares, inject: [EXPLORED], useFactory: ({ shares }: Explored) => shares },
];
