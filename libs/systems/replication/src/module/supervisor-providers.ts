import type { Provider } from '@nestjs/common';
import type {
  ChangeSource,
  ChangeLog,
  ChangeSink,
  ControlBoard,
  LeaseKeeper,
  StateStore,
} from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { ApplySupervisor, CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { DeploymentDirectory } from '../deploy/deployment-directory.ts';
import { OwnerSourceInquiry } from '../request/source-inquiry.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import {
  APPLY_SUPERVISOR,
  CAPTURE_SUPERVISOR,
  CHANGE_FEED,
  CHANGE_LOG,
  CHANGE_TARGET,
  CONTROL_BOARD,
  LEASE_KEEPER,
  REPLICATION_OPTIONS,
  SCRIPTS,
  STATE_STORE,
} from '../settings/tokens.ts';

/** The stream engine's two sides: what others take from this module, and what it takes from others. */
export const SUPERVISOR_PROVIDERS: Provider[] = [
  { provide: SCRIPTS, useFactory: () => new ScriptPool() },
  {
    provide: CAPTURE_SUPERVISOR,
    inject: [
      REPLICATION_OPTIONS,
      CHANGE_FEED,
      CHANGE_LOG,
      CONTROL_BOARD,
      LEASE_KEEPER,
      DeploymentDirectory,
      STATE_STORE,
      SCRIPTS,
    ],
    useFactory: (
      { moduleName }: ReplicationSettings,
      source: ChangeSource,
      log: ChangeLog,
      control: ControlBoard,
      leases: LeaseKeeper,
      directory: DeploymentDirectory,
      state: StateStore,
      scripts: ScriptPool,
    ) =>
      new CaptureSupervisor({
        owner: moduleName,
        source,
        log,
        control,
        leases,
        directory,
        state,
        scripts,
        logger: logFor('Capture'),
      }),
  },
  {
    provide: APPLY_SUPERVISOR,
    inject: [CHANGE_TARGET, CHANGE_LOG, CONTROL_BOARD, LEASE_KEEPER, OwnerSourceInquiry, STATE_STORE],
    useFactory: (
      sink: ChangeSink,
      log: ChangeLog,
      control: ControlBoard,
      leases: LeaseKeeper,
      source: OwnerSourceInquiry,
      state: StateStore,
    ) => new ApplySupervisor({ sink, log, control, leases, source, state, logger: logFor('Apply') }),
  },
];
