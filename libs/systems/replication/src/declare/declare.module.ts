import { Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { logFor } from '@nestjs-spark/observability/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { Declarations } from './declarations.ts';
import { explore, EXPLORED, type Explored } from './explore.ts';
import { LateDeclarations } from './late-declarations.ts';
import { Shares } from './shares.ts';

/** The declarations of the application's classes. When the first of these providers is injected, Nest knows all modules. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: EXPLORED,
      inject: [DiscoveryService, REPLICATION_SETTINGS],
      useFactory: (discovery: DiscoveryService, { moduleName }: ReplicationSettings) =>
        explore(discovery, moduleName, logFor('SparkReplicationModule')),
    },
    { provide: Declarations, inject: [EXPLORED], useFactory: ({ declarations }: Explored) => declarations },
    { provide: Shares, inject: [EXPLORED], useFactory: ({ shares }: Explored) => shares },
    LateDeclarations,
  ],
  exports: [Declarations, Shares, LateDeclarations],
})
export class DeclareModule {}
