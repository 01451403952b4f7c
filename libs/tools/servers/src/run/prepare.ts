import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProgramSource } from '../find/source.ts';
import type { RunAs } from '../host/run-as.ts';
import { lastLines, runProgram } from '../host/run-program.ts';
import { kafkaConfiguration, kafkaProperties, type Place } from './arguments.ts';
import { freePort } from './free-port.ts';

const prepareMs = 120_000;

/** Writes the broker's configuration for this port, and formats its storage unless that was done already. */
export async function prepareKafka({ command, args }: ProgramSource, place: Place): Promise<void> {
  await mkdir(place.dataDir, { recursive: true });
  const configuration = kafkaConfiguration(place.dataDir);
  await writeFile(configuration, kafkaProperties(place, await freePort()));
  if (existsSync(join(place.dataDir, 'data', 'meta.properties'))) return;
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const format = formatArguments(id, configuration);
  const { code, output } = await runProgram(command, [...args, ...format], { timeoutMs: prepareMs });
  if (code !== 0) throw new Error(`kafka could not format its storage: ${lastLines(output)}`);
}

/** As one word with its option: one id in 64 begins with a `-`, and would be mistaken for an option. */
export function formatArguments(id: string, configuration: string): string[] {
  return ['kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, `--config=${configuration}`];
}

/** Creates a cluster's folder, owned by the user who will run it, unless it exists. */
export async function preparePostgres(
  { command }: ProgramSource,
  { dataDir }: Place,
  runAs: RunAs,
): Promise<void> {
  const data = join(dataDir, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) return;
  await mkdir(data, { recursive: true, mode: 0o700 });
  const { uid, gid } = runAs;
  if (uid !== undefined && gid !== undefined)
    for (const folder of [dataDir, data]) await chown(folder, uid, gid);
  const args = [
    '-D',
    data,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const initdb = join(dirname(command), 'initdb');
  const { code, output } = await runProgram(initdb, args, { runAs, timeoutMs: prepareMs });
  if (code !== 0) throw new Error(`initdb could not make ${data}: ${lastLines(output)}`);
}
