import { isName } from '@nestjs-spark/contracts';
import { isModuleUrl } from '@nestjs-spark/contracts/internal';
import { keysDir } from '@nestjs-spark/foundation';
import { cannotBeUsed, hideFields, optionsFault, unknownOptions } from '@nestjs-spark/foundation/internal';
import { operatorTokenFaults, readTrustedKeys } from '@nestjs-spark/modules/internal';
import { EnvironmentSecrets, type Secrets } from '@nestjs-spark/secrets/internal';
import type { ConsoleSettings, SparkConsoleOptions } from './options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The console's options are invalid. The message lists every fault with its remedy; correct them and start again. */
export class ConsoleSettingsError extends Error {
  override readonly name = 'ConsoleSettingsError';
  /** The faults, one sentence each. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(cannotBeUsed('SparkConsoleModule', faults));
    this.faults = faults;
    hideFields(this, 'faults');
  }
}

/** The names of all options of `SparkConsoleOptions`. */
export const CONSOLE_OPTIONS = Object.keys({
  path: true,
  title: true,
  modules: true,
  readOnly: true,
  name: true,
  operatorToken: true,
  keysDir: true,
  trustedKeys: true,
} satisfies Record<keyof SparkConsoleOptions, true>);

const PATH = /^(?:\/[\w.-]{1,64}){1,8}$/;

/**
 * Completes the options from the environment, the secrets and the defaults.
 * @throws {ConsoleSettingsError} with all faults
 * @throws {SecretError} if a secret cannot be read
 */
export function resolveConsoleSettings(
  options: SparkConsoleOptions,
  environment: Environment,
  secrets: Pick<Secrets, 'text'> = new EnvironmentSecrets(environment),
): ConsoleSettings {
  const notOptions = optionsFault(options, CONSOLE_OPTIONS);
  if (notOptions !== null) throw new ConsoleSettingsError([notOptions]);
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const production = env('NODE_ENV') === 'production';
  const wrongKeys: string[] = [];
  const settings: ConsoleSettings = {
    path: options.path ?? '/spark/console',
    title: options.title ?? 'Spark',
    modules: options.modules ?? [],
    readOnly: options.readOnly ?? false,
    name: options.name ?? env('SPARK_MODULE_NAME') ?? '',
    operatorToken: options.operatorToken ?? secrets.text('SPARK_OPERATOR_TOKEN') ?? null,
    keysDir: options.keysDir ?? keysDir(environment),
    trustedKeys: readTrustedKeys(options.trustedKeys, env('SPARK_TRUSTED_KEYS'), wrongKeys),
    production,
  };
  const faults = [
    ...unknownOptions(options, CONSOLE_OPTIONS, { isShared: true }),
    ...wrongKeys,
    ...(PATH.test(settings.path)
      ? []
      : ['path has to begin with a slash and must not end with one, as in /spark/console']),
    ...(isName(settings.name)
      ? []
      : ['name is missing: give it to SparkConsoleModule.forRoot({ name }) or set SPARK_MODULE_NAME']),
    ...(settings.modules.every(({ name, url }) => isName(name) && url !== '' && isModuleUrl(url))
      ? []
      : [
          'modules has to be a list of names with http or https addresses without user and password, as in [{ name: "Jobs", url: "http://jobs:5004" }]',
        ]),
    ...operatorTokenFaults(settings.operatorToken, environment, production),
  ];
  if (faults.length > 0) throw new ConsoleSettingsError(faults);
  return settings;
}
