/** What is left out comes from the environment, read when the application starts. */
export interface SparkBusOptions {
  /**
   * Addresses of one NATS system, separated by commas: `nats://host:4222`, `tls://host:4222`. `NATS_URL`, then
   * `nats://127.0.0.1:4222`.
   */
  natsUrl?: string;
  /**
   * The application's name: its instances share events, and its dead letters stand under it. Give it the module's name.
   * `SPARK_MODULE_NAME`; without either the start ends.
   */
  name?: string;
}

/** The options, completed. */
export interface BusSettings {
  readonly natsUrl: string;
  readonly name: string;
}

/** The settings do not name a bus that can be used. The message has all faults and the remedies; fix them and start again. */
export class BusSettingsError extends Error {
  override readonly name = 'BusSettingsError';
}

const NATS_URL = 'nats://127.0.0.1:4222';

/** @throws {BusSettingsError} when there is no name */
export function readBusSettings(
  { natsUrl, name }: SparkBusOptions,
  environment: Readonly<Record<string, string | undefined>>,
): BusSettings {
  const env = (variable: string): string | undefined => environment[variable]?.trim() || undefined;
  const given = name ?? env('SPARK_MODULE_NAME');
  if (given === undefined) {
    throw new BusSettingsError(
      "The bus needs the application's name: give it to SparkBusModule.forRoot({ name }) or set SPARK_MODULE_NAME.",
    );
  }
  return { name: given, natsUrl: natsUrl ?? env('NATS_URL') ?? NATS_URL };
}
