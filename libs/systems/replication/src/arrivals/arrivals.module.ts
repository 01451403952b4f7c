import { Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { ConnectModule } from '../connect/connect.module.ts';
import { DeclareModule } from '../declare/declare.module.ts';
import { Declarations } from '../declare/declarations.ts';
import { ARRIVAL_HANDLERS, ArrivalHandlers } from './arrival-handlers.ts';
import { findHandlers } from './listen/find-handlers.ts';

/** Calls the application's handlers when copies arrive. */
@Module({
  imports: [DiscoveryModule, DeclareModule, ConnectModule],
  providers: [
    ArrivalHandlers,
    {
      provide: ARRIVAL_HANDLERS,
      inject: [DiscoveryService, Declarations],
      useFactory: (discovery: DiscoveryService, declarations: Declarations) =>
        findHandlers(discovery, new Set(declarations.classes().map(({ target }) => target))),
    },
  ],
  exports: [ArrivalHandlers],
})
export class ArrivalsModule {}
