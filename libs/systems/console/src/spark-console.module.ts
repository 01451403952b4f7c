import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiAuthentication } from '@nestjs-spark/auth';
import { SparkBus } from '@nestjs-spark/bus';
import { readBusSettings } from '@nestjs-spark/bus/internal';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import { asyncOptionsFaults, Breakers } from '@nestjs-spark/foundation/internal';
import {
  KeyRing,
  ModuleClient,
  ModuleIdentity,
  OperatorToken,
  TrailInUse,
  TrailInUseModule,
} from '@nestjs-spark/modules/internal';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { logFor, ModuleFacts, onHttpAdapter } from '@nestjs-spark/observability/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { MODULE_REGISTRY, STATE_STORE } from '@nestjs-spark/store';
import { ConsoleClient } from './ask/console-client.ts';
import { KnownModules } from './find/known-modules.ts';
import { OwnRegistration } from './find/own-registration.ts';
import { Aggregator } from './keep/aggregator.ts';
import { Assets } from './serve/assets.ts';
import { ConsoleServer } from './serve/console-server.ts';
import { Admission } from './sign-in/admission.ts';
import { Sessions } from './sign-in/sessions.ts';
import { SentStates } from './stream/sent-states.ts';
import { SystemWatch } from './stream/system-watch.ts';
import type { ConsoleSettings, SparkConsoleOptions } from './settings/options.ts';
import {
  CONSOLE_OPTIONS,
  ConsoleSettingsError,
  resolveConsoleSettings,
} from './settings/resolve-settings.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkConsoleOptions>().setClassMethodName('forRoot').build();

const SETTINGS = Symbol('SPARK_CONSOLE_SETTINGS');
const CONSOLE_BUS = Symbol('SPARK_CONSOLE_BUS');

/**
 * The console: one page that shows every copy between the modules, why one is not live, and what can be done. Import `forRoot()`
 * next to `SparkStoreModule.forRoot()` in any application, or run `apps/console`, which is the console alone.
 *
 * It is mounted on the HTTP adapter, ahead of the application's global prefix, guards and interceptors. Operators sign in with
 * `SPARK_OPERATOR_TOKEN` or a JWT of `SparkAuthModule`; a module admits the console if it names it in `SPARK_CONSOLES`.
 */
@Module({
  imports: [ObservabilityModule, TrailInUseModule],
  providers: [
    {
      provide: SETTINGS,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: async (options: SparkConsoleOptions) =>
        resolveConsoleSettings(options, process.env, await openSecrets(process.env)),
    },
    {
      provide: ModuleIdentity,
      inject: [SETTINGS],
      useFactory: ({ keysDir: directory, name: module, production }: ConsoleSettings) =>
        ModuleIdentity.open({ directory, module, production, log: logFor('ModuleIdentity') }),
    },
    {
      provide: CONSOLE_BUS,
      inject: [SETTINGS, { token: SparkBus, optional: true }, Breakers],
      useFactory: openBus,
    },
    {
      provide: KnownModules,
      inject: [CONSOLE_BUS, { token: MODULE_REGISTRY, optional: true }],
      useFactory: ({ bus }: ConsoleBus, store: ModuleRegistry | null) =>
        new KnownModules([...(store ? [store] : []), bus.registry], logFor('Console')),
    },
    {
      provide: ConsoleClient,
      inject: [SETTINGS, KnownModules, ModuleIdentity, STATE_STORE],
      useFactory: openClient,
    },
    {
      provide: Aggregator,
      inject: [SETTINGS, KnownModules, ConsoleClient],
      useFactory: openAggregator,
    },
    {
      provide: ConsoleServer,
      inject: [
        SETTINGS,
        Aggregator,
        ConsoleClient,
        ModuleIdentity,
        TrailInUse,
        { token: ApiAuthentication, optional: true },
      ],
      useFactory: openServer,
    },
  ],
})
export class SparkConsoleModule
  extends ConfigurableModuleClass
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #stopping = new AbortController();
  readonly #settings: ConsoleSettings;
  readonly #aggregator: Aggregator;
  readonly #known: KnownModules;
  readonly #identity: ModuleIdentity;
  readonly #facts: ModuleFacts;
  readonly #bus: ConsoleBus;

  constructor(
    host: HttpAdapterHost,
    server: ConsoleServer,
    aggregator: Aggregator,
    known: KnownModules,
    identity: ModuleIdentity,
    facts: ModuleFacts,
    @Inject(CONSOLE_BUS) bus: ConsoleBus,
    @Inject(SETTINGS) settings: ConsoleSettings,
  ) {
    super();
    this.#settings = settings;
    this.#aggregator = aggregator;
    this.#known = known;
    this.#identity = identity;
    this.#facts = facts;
    this.#bus = bus;
    onHttpAdapter(host, (adapter) => {
      adapter?.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
        if (!server.take(request, response)) next();
      });
    });
  }

  /**
   * @param options what is omitted is read from the environment at startup
   * @throws {ConsoleSettingsError} at startup, with all faults
   * @throws {PageNotBuiltError} at startup, if the repository's page was not built
   */
  static forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Like `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`).
   * @throws {ConsoleSettingsError} immediately, for anything else in this argument
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const faults = asyncOptionsFaults(options, CONSOLE_OPTIONS);
    if (faults.length > 0) throw new ConsoleSettingsError(faults);
    return super.forRootAsync(options);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { signal } = this.#stopping;
    const { systems } = await this.#facts.tell();
    this.#bus.start();
    // A module with replication is registered by it, and is shown like the others.
    if (systems['replication'] !== undefined) this.#aggregator.showOwn();
    void this.#aggregator.run(signal);
    if (systems['replication'] === undefined)
      void new OwnRegistration(this.#known, this.#identity, logFor('Console')).run(signal);
    logFor('Console').log(`The console is at ${this.#settings.path}`);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#bus.close();
  }
}

/** The application's bus, or the console's own. */
interface ConsoleBus {
  bus: SparkBus;
  start(): void;
  close(): Promise<void>;
}

async function openBus(
  { name }: ConsoleSettings,
  shared: SparkBus | undefined,
  breakers: Breakers,
): Promise<ConsoleBus> {
  if (shared) return { bus: shared, start: () => undefined, close: async () => undefined };
  const bus = new SparkBus(readBusSettings({ name }, process.env, await openSecrets(process.env)), breakers);
  return { bus, start: () => bus.start(), close: () => bus.close() };
}

function openClient(
  settings: ConsoleSettings,
  registry: KnownModules,
  identity: ModuleIdentity,
  state: StateStore,
): ConsoleClient {
  const { production, trustedKeys } = settings;
  const policy = { production, trustedKeys };
  const keys = new KeyRing({ registry, state, policy, log: logFor('KeyRing') });
  const client = new ModuleClient({ registry, identity, keys });
  return new ConsoleClient({ client, named: settings.modules, operatorToken: settings.operatorToken });
}

function openAggregator(
  { modules: named, name }: ConsoleSettings,
  known: KnownModules,
  client: ConsoleClient,
): Aggregator {
  return new Aggregator({ known, named, client, own: name, log: logFor('Console') });
}

function openServer(
  { path, title, name, readOnly, operatorToken }: ConsoleSettings,
  aggregator: Aggregator,
  client: ConsoleClient,
  identity: ModuleIdentity,
  trail: TrailInUse,
  issuer: ApiAuthentication | undefined,
): ConsoleServer {
  return new ConsoleServer({
    path,
    title,
    name,
    readOnly,
    aggregator,
    client,
    sessions: new Sessions(identity.messageSigner(), path),
    admission: new Admission(new OperatorToken(operatorToken), issuer ?? null),
    assets: new Assets(),
    trail,
    sent: new SentStates(),
    systems: new SystemWatch({ aggregator, client }, logFor('Console')),
    log: logFor('Console'),
  });
}
