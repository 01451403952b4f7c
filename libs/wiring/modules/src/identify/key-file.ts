import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PublicKeyJwk } from '@nestjs-spark/contracts/internal';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { TOKEN_ALGORITHM } from './token-claims.ts';

export type PrivateKeyJwk = PublicKeyJwk & { d: string };

export interface KeyFileOptions {
  directory: string;
  module: string;
  /** In production a missing key is an error: a newly created one would be unknown to everyone, and lost with the container. */
  production: boolean;
  /** Whether a key readable by other users of the machine is an error; otherwise it is a warning. Default false. */
  refuseOpen?: boolean;
  log: Logger;
}

/** The module has no usable key pair, so the application does not start. The message says which file is needed where. */
export class KeyFileError extends Error {
  constructor(path: string, cause: string, remedy: string, options?: ErrorOptions) {
    super(`The module's key ${path} ${cause}. ${remedy}`, options);
    this.name = 'KeyFileError';
  }
}

/**
 * Reads the module's key pair, or creates it where that is allowed.
 * @throws {KeyFileError} when it is missing in production, readable by others where that is refused, or not an Ed25519 private
 *   key
 */
export async function openKeyFile(options: KeyFileOptions): Promise<PrivateKeyJwk> {
  const path = join(options.directory, await findFileName(options));
  const existing = await readIfThere(path);
  if (existing !== null) {
    await judgeMode(path, options);
    return parseKey(path, existing);
  }
  if (options.production) {
    throw new KeyFileError(
      path,
      'is missing',
      'Keys are not made in production: put the Ed25519 private key there as a JWK (mode 0600), or name its directory in SPARK_KEYS_DIR.',
    );
  }
  await makeKeyFile(path);
  options.log.log(`Created the key of module ${options.module}: ${path}`);
  return parseKey(path, await readFile(path, 'utf8'));
}

/** The state of a module's keys in a folder, without the private keys. */
export interface KeyFiles {
  /** Paths, whether or not the files exist. */
  paths: { current: string; next: string };
  current: PublicKeyJwk | null;
  /** The successor key. */
  next: PublicKeyJwk | null;
}

/** @throws {KeyFileError} when a file is not an Ed25519 private key, or cannot be read */
export async function readKeyFiles(
  options: Pick<KeyFileOptions, 'directory' | 'module' | 'log'>,
): Promise<KeyFiles> {
  const name = await findFileName(options);
  const next = name.replace(/\.jwk\.json$/, '.next.jwk.json');
  const paths = { current: join(options.directory, name), next: join(options.directory, next) };
  return { paths, current: await readPublic(paths.current), next: await readPublic(paths.next) };
}

async function readPublic(path: string): Promise<PublicKeyJwk | null> {
  const text = await readIfThere(path);
  if (text === null) return null;
  const { d: _, ...publicKey } = parseKey(path, text);
  return publicKey;
}

function keyName(module: string): string {
  return `${module}.jwk.json`;
}

/**
 * Module names are case-insensitive, and so are key files: others would refuse a second key. A file in exactly this spelling
 * takes precedence.
 * @throws {KeyFileError} when there are several in other spellings
 */
async function findFileName({
  directory,
  module,
  log,
}: Pick<KeyFileOptions, 'directory' | 'module' | 'log'>): Promise<string> {
  const own = keyName(module);
  const files = await readdir(directory).catch(() => []);
  const alike = files.filter((file) => file.toLowerCase() === own.toLowerCase());
  const [only, another] = alike;
  if (only === undefined || alike.includes(own)) return own;
  if (another !== undefined) {
    throw new KeyFileError(
      join(directory, own),
      `is missing, and there are keys of other spellings of this name (${alike.join(', ')})`,
      `Rename the one that other modules know to ${own}, and remove the rest.`,
    );
  }
  log.log(`Module ${module} continues with the key ${only}: the module's name was spelled that way before`);
  return only;
}

/**
 * Creates a key, unless the file already exists: several instances may start at once, the file appears atomically, and the second
 * one uses the first one's.
 * @returns the thumbprint of the key in the file
 * @throws {KeyFileError} when it cannot be written
 */
export async function makeKeyFile(path: string): Promise<string> {
  try {
    await writeKeyFile(path);
  } catch (error) {
    throw new KeyFileError(
      path,
      `cannot be made (${codeOf(error)})`,
      'Let the user of this process write there, or name another directory in SPARK_KEYS_DIR.',
      { cause: error },
    );
  }
  return calculateJwkThumbprint(parseKey(path, await readFile(path, 'utf8')));
}

async function writeKeyFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { crv: 'Ed25519', extractable: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(await exportJWK(privateKey))}\n`, { mode: 0o600, flag: 'wx' });
    await chmod(draft, 0o600);
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw new KeyFileError(
      path,
      `cannot be read (${codeOf(error)})`,
      'Make it readable for the user of this process, or name its directory in SPARK_KEYS_DIR.',
      { cause: error },
    );
  }
}

async function judgeMode(path: string, { refuseOpen = false, log }: KeyFileOptions): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o007) === 0) return;
  const fault = 'can be read by everyone on this machine';
  if (!refuseOpen) return log.warn(`The module's key ${path} ${fault}: chmod 600 it`);
  throw new KeyFileError(path, fault, 'chmod 600 it, or set SPARK_ALLOW_OPEN_KEY_FILE=1.');
}

function parseKey(path: string, text: string): PrivateKeyJwk {
  const remedy =
    'It has to be an Ed25519 private key as a JWK: kty OKP, crv Ed25519, x and d. In development delete it to have a new one made.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which is secret.
    throw new KeyFileError(path, 'is not JSON', remedy);
  }
  if (isPrivateKey(value)) return { kty: value.kty, crv: value.crv, x: value.x, d: value.d };
  throw new KeyFileError(path, 'is not an Ed25519 private key', remedy);
}

function isPrivateKey(value: unknown): value is PrivateKeyJwk {
  if (typeof value !== 'object' || value === null) return false;
  const { kty, crv, x, d } = value as Partial<PrivateKeyJwk>;
  return kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string' && typeof d === 'string';
}

function hasCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

function codeOf(error: unknown): string {
  return String((Object(error) as { code?: unknown }).code);
}
