import {
  ConfigurableModuleBuilder,
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, ModulesContainer } from '@nestjs/core';
import { asyncOptionsFaults, Breakers, isOptions } from '@nestjs-spark/foundation/internal';
import { IssuerKeys, OperatorToken, TrailInUseModule } from '@nestjs-spark/modules/internal';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { isReadAtStart, logFor, readTogether, TypedErrorFilter } from '@nestjs-spark/observability/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { ApiGuard } from './admit/api-guard.ts';
import { ApiAuthentication } from './recognize/api-authentication.ts';
import { JwtReader } from './recognize/jwt-reader.ts';
import { StaticTokens } from './recognize/static-tokens.ts';
import type { AuthSettings, SparkAuthOptions } from './settings/options.ts';
import { AUTH_OPTIONS, resolveSettings } from './settings/resolve-settings.ts';
import { AuthSettingsError } from './settings/settings-error.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkAuthOptions>()
    .setClassMethodName('forRoot')
    .setExtras({ everywhere: true }, (definition, { everywhere }) => ({
      ...definition,
      providers: [
        ...(definition.providers ?? []),
        ...(everywhere ? [{ provide: APP_GUARD, useExisting: ApiGuard }] : []),
      ],
    }))
    .build();

const SETTINGS = isReadAtStart(Symbol('SPARK_AUTH_SETTINGS'));

/**
 * Who can call the application's own routes: JWTs of one issuer, static tokens, and the operator token. Import `forRoot()` or
 * `forRootAsync()` once; it is global. With `everywhere: false` only controllers with `@UseGuards(ApiGuard)` are guarded, and the
 * rest is left to the application's own guards.
 *
 * Does not affect Spark's own routes (`/spark/…`, health, metrics).
 */
@Global()
@Module({
  imports: [ObservabilityModule, TrailInUseModule],
  providers: [
    ApiGuard,
    { provide: APP_FILTER, useClass: TypedErrorFilter },
    {
      provide: SETTINGS,
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
      useFactory: (options: SparkAuthOptions, modules: ModulesContainer) =>
        readTogether(modules, SETTINGS, async () =>
          resolveSettings(options, process.env, await openSecrets(process.env)),
        ),
    },
    { provide: ApiAuthentication, inject: [SETTINGS, Breakers], useFactory: authenticationBy },
  ],
  exports: [ApiAuthentication, ApiGuard],
})
export class SparkAuthModule extends ConfigurableModuleClass implements OnModuleInit {
  readonly #settings: AuthSettings;

  constructor(@Inject(SETTINGS) settings: AuthSettings) {
    super();
    this.#settings = settings;
  }

  /**
   * @param options anything omitted is read from the environment (`SPARK_API_ISSUER`, `SPARK_API_AUDIENCE`, `SPARK_API_JWKS`,
   *   `SPARK_API_TOKENS`, `SPARK_OPERATOR_TOKEN`, `SPARK_API_OPEN`) when the application starts
   * @throws {AuthSettingsError} at startup, when the settings cannot be used, and in production when no token would be required
   */
  static forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    // Nest would take it apart to find `everywhere`; this way it arrives as it is, and is refused at the start.
    return isOptions(options) ? super.forRoot(options) : super.forRootAsync({ useFactory: () => options });
  }

  /**
   * As `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`).
   * `everywhere` is passed next to the factory.
   * @throws {AuthSettingsError} immediately, for anything else in this argument
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const faults = asyncOptionsFaults(options, AUTH_OPTIONS, ['everywhere']);
    if (faults.length > 0) throw new AuthSettingsError(faults);
    return super.forRootAsync(options);
  }

  onModuleInit(): void {
    const log = logFor('SparkAuth');
    const { jwt } = this.#settings;
    if (isOpen(this.#settings))
      log.warn(
        'The API is open: anyone who can reach the port can read and write. Set SPARK_API_ISSUER and SPARK_API_AUDIENCE, or SPARK_API_TOKENS, to close it',
      );
    else if (jwt) log.log(`The API accepts JWTs of ${jwt.issuer} for ${jwt.audience.join(' or ')}`);
    else log.log('The API accepts static tokens');
  }
}

function isOpen({ jwt, tokens }: AuthSettings): boolean {
  return jwt === null && Object.keys(tokens).length === 0;
}

function authenticationBy(settings: AuthSettings, breakers: Breakers): ApiAuthentication {
  const { jwt, tokens, operatorToken } = settings;
  const jwts =
    jwt &&
    new JwtReader({ ...jwt, findKey: new IssuerKeys(jwt, breakers).find, log: logFor('ApiAuthentication') });
  return new ApiAuthentication({
    operator: new OperatorToken(operatorToken),
    tokens: new StaticTokens(tokens),
    jwts,
    open: isOpen(settings),
  });
}
