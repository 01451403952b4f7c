import { rename } from 'node:fs/promises';
import { keyIdOf, KeyFileError, makeKeyFile, readKeyFiles } from '@nestjs-spark/replication/internal';
import { CliError } from '../cli-error.ts';
import { SILENT } from '../silent.ts';

/** What was done or found, for people and for programs. */
export interface KeyOutcome {
  text: string;
  facts: { module: string; keys: KeyOnDisk[] };
}

interface KeyOnDisk {
  keyId: string;
  path: string;
  /** Whether it waits to replace the current one. */
  next: boolean;
}

export interface OwnKeys {
  directory: string;
  module: string;
}

/** @throws {CliError} when a key already exists */
export async function makeKey(keys: OwnKeys): Promise<KeyOutcome> {
  const { paths, current } = await read(keys);
  if (current)
    throw new CliError(
      `There is a key already: ${paths.current}. To change it: npx @nestjs-spark/cli keys rotate ${keys.module}`,
    );
  const keyId = await told(makeKeyFile(paths.current));
  return outcome(
    keys,
    [{ keyId, path: paths.current, next: false }],
    [`Created ${paths.current} (mode 0600), the private key of ${keys.module}.`, approval(keys, [keyId])],
  );
}

/** @throws {CliError} when there is none */
export async function showKey(keys: OwnKeys): Promise<KeyOutcome> {
  const { paths, current, next } = await readCurrent(keys);
  const found = [{ keyId: await keyIdOf(current), path: paths.current, next: false }];
  if (next) found.push({ keyId: await keyIdOf(next), path: paths.next, next: true });
  const lines = found.map((key) => `${key.keyId}  ${key.path}${key.next ? ', the next one' : ''}`);
  const ids = found.map(({ keyId }) => keyId);
  return outcome(keys, found, [...lines, approval(keys, ids)]);
}

/** @throws {CliError} when there is no key, or already a next one */
export async function startRotation(keys: OwnKeys): Promise<KeyOutcome> {
  const { paths, next } = await readCurrent(keys);
  if (next) {
    throw new CliError(
      `${paths.next} is there already. Once every instance of ${keys.module} has started with it, and a minute has passed: npx @nestjs-spark/cli keys rotate ${keys.module} --finish`,
    );
  }
  const keyId = await told(makeKeyFile(paths.next));
  return outcome(
    keys,
    [{ keyId, path: paths.next, next: true }],
    [
      `Created ${paths.next}, the next key of ${keys.module}: ${keyId}`,
      `1. Put it next to the key of every instance, and restart them one after the other: they announce it.`,
      `2. Wait a minute: running modules then trust it. npx @nestjs-spark/cli keys show --module NAME says whether one does.`,
      `3. npx @nestjs-spark/cli keys rotate ${keys.module} --finish, and restart the instances again.`,
    ],
  );
}

/** @throws {CliError} when there is no next key */
export async function finishRotation(keys: OwnKeys): Promise<KeyOutcome> {
  const { paths, next } = await readCurrent(keys);
  if (!next) {
    throw new CliError(
      `There is no ${paths.next}. Start with: npx @nestjs-spark/cli keys rotate ${keys.module}`,
    );
  }
  await rename(paths.next, paths.current);
  const keyId = await keyIdOf(next);
  return outcome(
    keys,
    [{ keyId, path: paths.current, next: false }],
    [
      `${paths.current} is ${keyId} now; the key before it is deleted.`,
      `Restart the instances of ${keys.module} one after the other. Other modules trust the previous key for a day from then on.`,
      `Where SPARK_TRUSTED_KEYS lists ${keys.module}, put ${keys.module}=${keyId} in its place within that day.`,
    ],
  );
}

function outcome({ module }: OwnKeys, keys: KeyOnDisk[], lines: readonly string[]): KeyOutcome {
  return { text: lines.join('\n'), facts: { module, keys } };
}

function approval({ module }: OwnKeys, keyIds: readonly string[]): string {
  const pairs = keyIds.map((keyId) => `${module}=${keyId}`).join(',');
  return `In production, each module that works with ${module} has to list it: SPARK_TRUSTED_KEYS=${pairs}`;
}

async function readCurrent(keys: OwnKeys) {
  const { current, ...found } = await read(keys);
  if (current) return { ...found, current };
  throw new CliError(
    `There is no ${found.paths.current}. Name the folder with --keys-dir, or make a key: npx @nestjs-spark/cli keys make ${keys.module}`,
  );
}

function read(keys: OwnKeys): ReturnType<typeof readKeyFiles> {
  return told(readKeyFiles({ ...keys, log: SILENT }));
}

/** @throws {CliError} with what a file lacks */
async function told<T>(files: Promise<T>): Promise<T> {
  try {
    return await files;
  } catch (error) {
    if (error instanceof KeyFileError) throw new CliError(error.message);
    throw error;
  }
}
