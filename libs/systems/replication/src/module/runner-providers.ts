import type { Provider } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { ChangeSink } from '@nestjs-spark/contracts/internal';
import type { ScriptPool } from '@nestjs-spark/etl-script';
import { logFor } from '@nestjs-spark/observability/internal';
import { StorePreparation } from '@nestjs-spark/store';
import type { ApplySupervisor, CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { Declarations } from '../declare/declarations.ts';
import { findLate, type Explored } from '../declare/explore.ts';
import { Registration } from '@nestjs-spark/modules/internal';
import type { CommandHandling } from '../request/command-bus.ts';
import { settleDroppedTasks } from '../request/dropped-tasks.ts';
import { RequestBook } from '../request/request-book.ts';
import { adopting } from '../request/request-record.ts';
import { OwnerWatch } from '../request/owner-watch.ts';
import { Requests } from '../request/requests.ts';
import { Revival } from '../request/revival.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { EXPLORED } from './declaration-providers.ts';
import { ReplicationRunner } from './replication-runner.ts';
import type { BusInUse } from '../connect/use-bus.ts';
import {
  APPLY_SUPERVISOR,
  BUS,
  CAPTURE_SUPERVISOR,
  CHANGE_TARGET,
  COMMAND_HANDLING,
  REPLICATION_OPTIONS,
  SCRIPTS,
} from '../settings/tokens.ts';

/** What brings all of it up and down. */
export const RUNNER_PROVIDERS: Provider[] = [
  {
    provide: ReplicationRunner,
    inject: [
      REPLICATION_OPTIONS,
      Declarations,
      Registration,
      Requests,
      OwnerWatch,
      Revival,
      APPLY_SUPERVISOR,
      CAPTURE_SUPERVISOR,
      COMMAND_HANDLING,
      BUS,
      CHANGE_TARGET,
      SCRIPTS,
      StorePreparation,
      DiscoveryService,
      EXPLORED,
      RequestBook,
    ],
    useFactory: (
      { moduleName: requester, onDrop }: ReplicationSettings,
      declarations: Declarations,
      registration: Registration,
      requests: Requests,
      watch: OwnerWatch,
      revival: Revival,
      apply: ApplySupervisor,
      capture: CaptureSupervisor,
      commands: CommandHandling,
      { bus, close }: BusInUse,
      target: ChangeSink,
      scripts: ScriptPool,
      store: StorePreparation,
      discovery: DiscoveryService,
      explored: Explored,
      book: RequestBook,
    ) => {
      const log = logFor('Replication');
      const forget = apply.forget.bind(apply);
      return new ReplicationRunner({
        declarations,
        registration,
        requests,
        watch,
        revival,
        apply,
        capture: { stop: () => capture.stop().finally(() => scripts.close()) },
        commands,
        bus: { start: () => bus.start(), close },
        storeReady: (signal) => store.whenReady(signal),
        settleDropped: () => settleDroppedTasks({ requester, declarations, target, forget, onDrop, log }),
        adopting: async (owner, tasks) => adopting(tasks, (await book.read(owner))?.deployed ?? null),
        findLate: () => findLate(discovery, explored),
        log,
      });
    },
  },
];
