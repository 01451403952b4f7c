import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { tryLock } from '@nestjs-spark/servers/internal';

/**
 * Makes sure that a command runs once in the folder of its data. The lock ends with the process.
 * @throws {Error} that says which process it is, and what to do
 */
export async function onlyOne(command: string): Promise<void> {
  const name = command.replaceAll(/\W+/g, '-');
  const taken = await tryLock(join(dataDir(process.env), `${name}.lock`));
  // A process that comes later may get this one's number.
  if (typeof taken !== 'number') return void process.on('exit', taken.release);
  throw new Error(
    `Another "${command}" runs in this folder, as process ${taken}. End it with Ctrl-C where it runs, ` +
      `or give this one a folder of its own: SPARK_DATA_DIR=.spark-2 ${command}`,
  );
}
