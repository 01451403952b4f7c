import { cannotBeUsed, optionsFault, shareOptions, unknownOptions } from '@nestjs-spark/foundation/internal';
import {
  DEFAULT_ROUTE_BYTES,
  LEAST_ROUTE_BYTES,
  type NatsSecurity,
  serverAddressFault,
} from '@nestjs-spark/jetstream/internal';
import { EnvironmentSecrets, SecretError, type Secrets } from '@nestjs-spark/secrets/internal';
import { NATS_OPTIONS, natsSecurity, requireOneCredential } from './nats-security.ts';

/** Anything omitted is read from the environment when the application starts. */
export interface SparkBusOptions {
  /**
   * Addresses of one NATS system, separated by commas: `nats://host:4222`, `tls://host:4222`. `NATS_URL`, then
   * `nats://127.0.0.1:4222`.
   */
  natsUrl?: string;
  /**
   * Credentials and encryption. What is omitted is read from `NATS_CREDENTIALS`, `NATS_NKEY_SEED`, `NATS_USER`, `NATS_PASSWORD`,
   * `NATS_TOKEN`, `NATS_CA`, `NATS_CERTIFICATE` and `NATS_KEY`, each of them also with the suffix `_FILE`.
   */
  nats?: NatsSecurity;
  /**
   * The application's name: its instances share events, and its dead letters are listed under it. Use the module's name.
   * `SPARK_MODULE_NAME`; without either, the application does not start.
   */
  name?: string;
  /**
   * How many bytes of JetStream each route of change sets reserves; less where JetStream has less available, down to 8 MiB.
   * `SPARK_ROUTE_MAX_BYTES`, then 67,108,864 (64 MiB); at least 8,388,608.
   */
  routeMaxBytes?: number;
}

/** The options, completed. */
export interface BusSettings {
  readonly natsUrl: string;
  readonly name: string;
  /** Called at each connection. */
  readonly security: () => NatsSecurity;
  /** Bytes of JetStream that each route of change sets reserves. */
  readonly routeMaxBytes: number;
}

/** The settings do not name a usable bus. The message names all faults with their remedies; correct them and start again. */
export class BusSettingsError extends Error {
  // Private, so that printing an error with its fields does not repeat them.
  readonly #faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(cannotBeUsed('SparkBusModule', faults));
    this.name = 'BusSettingsError';
    this.#faults = faults;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }
}

/** The names of all options of `SparkBusOptions`. */
export const BUS_OPTIONS = shareOptions(
  Object.keys({
    natsUrl: true,
    nats: true,
    name: true,
    routeMaxBytes: true,
  } satisfies Record<keyof SparkBusOptions, true>),
);

const NATS_URL = 'nats://127.0.0.1:4222';

const NAMELESS =
  "The bus needs the application's name: give it to SparkBusModule.forRoot({ name }) or set SPARK_MODULE_NAME";

/**
 * @param secrets where values come from that should not be in the options; default: the environment only
 * @throws {BusSettingsError} with everything that is wrong: name, address, bytes of a route, credentials
 */
export function readBusSettings(
  options: SparkBusOptions,
  environment: Readonly<Record<string, string | undefined>>,
  secrets: Secrets = new EnvironmentSecrets(environment),
): BusSettings {
  const notOptions = optionsFault(options, BUS_OPTIONS);
  if (notOptions !== null) throw new BusSettingsError([notOptions]);
  const env = (variable: string): string | undefined => environment[variable]?.trim() || undefined;
  const name = options.name ?? env('SPARK_MODULE_NAME') ?? '';
  const natsUrl = options.natsUrl ?? env('NATS_URL') ?? NATS_URL;
  const routeMaxBytes = routeBytes(options.routeMaxBytes, env('SPARK_ROUTE_MAX_BYTES'));
  const security = () => natsSecurity(options.nats ?? {}, secrets);
  const faults = [
    ...unknownOptions(options, BUS_OPTIONS, { isShared: true }),
    ...unknownOptions(options.nats, NATS_OPTIONS, { path: 'nats' }),
    name === '' ? NAMELESS : null,
    serverAddressFault(natsUrl),
    isRouteBytes(routeMaxBytes) ? null : ROUTE_BYTES_RULE,
    faultOf(security),
  ].filter((fault) => fault !== null);
  if (faults.length > 0) throw new BusSettingsError(faults);
  return { name, natsUrl, routeMaxBytes, security };
}

/** What is wrong with the NATS security settings; null when they can be used. */
export function faultOf(security: () => NatsSecurity): string | null {
  try {
    return requireOneCredential(security());
  } catch (error) {
    if (error instanceof SecretError) return error.message;
    throw error;
  }
}

/** The valid range for a route's bytes, in words. */
export const ROUTE_BYTES_RULE = `routeMaxBytes (SPARK_ROUTE_MAX_BYTES) has to be whole bytes, ${LEAST_ROUTE_BYTES} at least`;

/** A route's bytes from an option or a variable; NaN for a text that is not a number. */
export function routeBytes(given: number | undefined, text: string | undefined): number {
  return given ?? (text === undefined ? DEFAULT_ROUTE_BYTES : Number(text));
}

export function isRouteBytes(bytes: number): boolean {
  return Number.isSafeInteger(bytes) && bytes >= LEAST_ROUTE_BYTES;
}
