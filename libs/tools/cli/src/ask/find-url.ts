import { BusSettingsError, readBusSettings } from '@nestjs-spark/bus/internal';
import type { ModuleInformation } from '@nestjs-spark/contracts';
import { describeError, toList } from '@nestjs-spark/foundation/internal';
import { CliError } from '../cli-error.ts';
import { SILENT } from '../silent.ts';
import { isAddress } from './way.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A place where modules register. */
interface Place {
  readonly name: string;
  find(module: string): Promise<ModuleInformation | null>;
}

/**
 * The URL under which a module is registered: in RavenDB if the environment names its servers, then on NATS if it names NATS.
 * @throws {CliError} when there is nowhere to look, or the module is not registered
 */
export async function findUrl(module: string, environment: Environment): Promise<string> {
  const places = [inRavenDb(environment), onNats(environment)].filter((place) => place !== null);
  if (places.length === 0) {
    throw new CliError(
      `The address of ${module} is not known. Give --url, or set SPARK_MODULES_URLS, RAVENDB_URLS or NATS_URL to look it up where modules register.`,
      2,
    );
  }
  const failures: string[] = [];
  for (const place of places) {
    try {
      const found = await place.find(module);
      if (found) return addressOf(found);
    } catch (error) {
      if (error instanceof CliError) throw error;
      const why = error instanceof BusSettingsError ? error.faults.join('; ') : describeError(error);
      failures.push(`${place.name}: ${why}`);
    }
  }
  if (failures.length > 0) {
    throw new CliError(`${module} cannot be looked up in ${failures.join('; ')}. Give --url.`);
  }
  const names = places.map(({ name }) => name).join(' and ');
  throw new CliError(
    `${module} is not registered in ${names}: it has not run yet. Give its address with --url.`,
  );
}

/** @throws {CliError} for a module that cannot be asked: it has no HTTP, as a console that runs alone */
function addressOf({ appName, appUrl }: ModuleInformation): string {
  if (isAddress(appUrl)) return appUrl;
  throw new CliError(`${appName} is registered without an address that can be asked: give one with --url.`);
}

// What a place needs is slow to load, so it is only loaded when that place is asked.
function inRavenDb(environment: Environment): Place | null {
  const urls = toList(environment['SPARK_MODULES_URLS'] || environment['RAVENDB_URLS'] || '');
  if (urls.length === 0) return null;
  const database = environment['SPARK_MODULES_DATABASE'] || 'SparkModules';
  return {
    name: database,
    find: async (module) => {
      const { RavenModuleRegistry } = await import('@nestjs-spark/ravendb/internal');
      const registry = new RavenModuleRegistry({ urls, database }, { create: false });
      try {
        return await registry.find(module);
      } finally {
        await registry.close();
      }
    },
  };
}

function onNats(environment: Environment): Place | null {
  if (!environment['NATS_URL']?.trim()) return null;
  return {
    name: 'NATS',
    find: async (module) => {
      const { JetStreamConnection, JetStreamModuleRegistry } =
        await import('@nestjs-spark/jetstream/internal');
      const name = environment['SPARK_MODULE_NAME'] || 'nestjs-spark';
      const { natsUrl: url, security } = readBusSettings({ name }, environment);
      const connection = new JetStreamConnection({ url, name, security, log: SILENT });
      try {
        return await new JetStreamModuleRegistry({ connection }).find(module);
      } finally {
        await connection.close();
      }
    },
  };
}
