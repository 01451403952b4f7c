import { messageOf } from '@nestjs-spark/foundation/internal';
import { CliError } from '../cli-error.ts';

/**
 * Where a module is, as it is registered in RavenDB.
 * @throws {CliError} when there is nowhere to look, or it is not registered
 */
export async function findUrl(
  module: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const urls = (environment['SPARK_MODULES_URLS'] ?? environment['RAVENDB_URLS'] ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  if (urls.length === 0) {
    throw new CliError(
      `The address of ${module} is not known. Give --url, or set SPARK_MODULES_URLS to look it up where modules register.`,
      2,
    );
  }
  // Only needed here, and it takes a while to load.
  const { RavenModuleRegistry } = await import('@nestjs-spark/ravendb/internal');
  const database = environment['SPARK_MODULES_DATABASE'] ?? 'SparkModules';
  const registry = new RavenModuleRegistry({ urls, database }, { create: false });
  try {
    const found = await registry.find(module);
    if (found) return found.appUrl;
  } catch (error) {
    const why = messageOf(error);
    throw new CliError(`${module} cannot be looked up: ${why}. Give --url.`);
  } finally {
    await registry.close();
  }
  throw new CliError(
    `${module} is not registered in ${database}: it has not run yet. Give its address with --url.`,
  );
}
