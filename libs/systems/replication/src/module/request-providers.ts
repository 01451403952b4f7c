import type { Provider } from '@nestjs/common';
import type { ControlBoard, ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import type { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import type { StoreInfo } from '@nestjs-spark/store';
import { Declarations } from '../declare/declarations.ts';
import { ModuleIdentity, OwnAddress, Registration, ModuleClient } from '@nestjs-spark/modules/internal';
import { DeployHandler } from '../request/deploy-handler.ts';
import { OwnerWatch } from '../request/owner-watch.ts';
import { RequestBook } from '../request/request-book.ts';
import { adopting } from '../request/request-record.ts';
import { RequestStatus } from '../request/request-status.ts';
import { Requests } from '../request/requests.ts';
import { Revival } from '../request/revival.ts';
import { OwnerSourceInquiry } from '../request/source-inquiry.ts';
import type { CommandBus } from '../request/command-bus.ts';
import { deployCommands, JetStreamCommandBus } from '../request/jetstream-commands.ts';
import type { DeadLetterStore } from '@nestjs-spark/jetstream';
import type { BusInUse } from '../connect/use-bus.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import {
  APPLY_SUPERVISOR,
  BUS,
  COMMAND_BUS,
  COMMAND_HANDLING,
  CONTROL_BOARD,
  DEAD_LETTERS,
  MODULE_REGISTRY,
  REPLICATION_OPTIONS,
  STATE_STORE,
  STORE_INFO,
} from '../settings/tokens.ts';

/** How this module makes itself known and asks others for what it declares. */
export const REQUEST_PROVIDERS: Provider[] = [
  RequestStatus,
  {
    provide: RequestBook,
    inject: [STATE_STORE],
    useFactory: (state: StateStore) => new RequestBook(state),
  },
  {
    provide: ModuleClient,
    inject: [MODULE_REGISTRY, ModuleIdentity],
    useFactory: (registry: ModuleRegistry, identity: ModuleIdentity) =>
      new ModuleClient({ registry, identity }),
  },
  {
    provide: OwnerSourceInquiry,
    inject: [ModuleClient],
    useFactory: (client: ModuleClient) => new OwnerSourceInquiry(client, logFor('SourceInquiry')),
  },
  {
    provide: Registration,
    inject: [REPLICATION_OPTIONS, MODULE_REGISTRY, CONTROL_BOARD, STORE_INFO, ModuleIdentity, OwnAddress],
    useFactory: (
      settings: ReplicationSettings,
      registry: ModuleRegistry,
      board: ControlBoard,
      store: StoreInfo,
      { publicKey }: ModuleIdentity,
      address: OwnAddress,
    ) =>
      new Registration({
        registry,
        board,
        log: logFor('Registration'),
        describe: async (signal) => ({
          appName: settings.moduleName,
          appUrl: await address.known(signal),
          databaseName: store.databaseName,
          databaseUrls: store.databaseUrls,
          publicKey,
          ...(settings.version === null ? {} : { version: settings.version }),
        }),
      }),
  },
  {
    provide: COMMAND_BUS,
    inject: [BUS, DEAD_LETTERS],
    useFactory: ({ bus }: BusInUse, letters: DeadLetterStore) =>
      new JetStreamCommandBus(bus.connection, letters),
  },
  {
    provide: COMMAND_HANDLING,
    inject: [REPLICATION_OPTIONS, BUS, DeployHandler],
    useFactory: (
      { moduleName, retrySeconds }: ReplicationSettings,
      { bus }: BusInUse,
      handler: DeployHandler,
    ) =>
      deployCommands({
        connection: bus.connection,
        module: moduleName,
        handler,
        retrySeconds,
        log: logFor('Commands'),
      }),
  },
  {
    provide: Requests,
    inject: [REPLICATION_OPTIONS, Declarations, RequestBook, COMMAND_BUS, RequestStatus, STORE_INFO],
    useFactory: (
      { moduleName }: ReplicationSettings,
      declarations: Declarations,
      book: RequestBook,
      bus: CommandBus,
      status: RequestStatus,
      { databaseName, databaseUrls }: StoreInfo,
    ) =>
      new Requests({
        requester: moduleName,
        declarations,
        book,
        bus,
        status,
        target: () => ({ database: databaseName, urls: databaseUrls }),
        log: logFor('Requests'),
      }),
  },
  {
    provide: DeployHandler,
    inject: [
      ModuleClient,
      ModuleIdentity,
      RequestBook,
      RequestStatus,
      Requests,
      Declarations,
      APPLY_SUPERVISOR,
    ],
    useFactory: (
      client: ModuleClient,
      identity: ModuleIdentity,
      book: RequestBook,
      status: RequestStatus,
      requests: Requests,
      declarations: Declarations,
      apply: ApplySupervisor,
    ) =>
      new DeployHandler({
        client,
        identity,
        book,
        status,
        renumber: (owner, above) => requests.renumber(owner, above),
        taken: (owner, deployed) => {
          const tasks = declarations.of(owner)?.tasks ?? [];
          if (deployed.tasks.some(({ wasEtl }) => wasEtl)) apply.assign(owner, adopting(tasks, deployed));
        },
        log: logFor('DeployHandler'),
      }),
  },
  {
    provide: Revival,
    inject: [CONTROL_BOARD, Requests, RequestStatus],
    useFactory: (board: ControlBoard, requests: Requests, status: RequestStatus) =>
      new Revival({ board, requests, status, log: logFor('Requests') }),
  },
  {
    provide: OwnerWatch,
    inject: [REPLICATION_OPTIONS, CONTROL_BOARD, Requests, RequestStatus],
    useFactory: (
      { moduleName }: ReplicationSettings,
      board: ControlBoard,
      requests: Requests,
      status: RequestStatus,
    ) =>
      new OwnerWatch({
        requester: moduleName,
        board,
        requests,
        status,
        startedAt: Date.now(),
        log: logFor('OwnerWatch'),
      }),
  },
];
