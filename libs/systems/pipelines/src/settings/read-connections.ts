import { readFile } from 'node:fs/promises';
import { isObject } from '@nestjs-spark/foundation/internal';
import {
  ADDRESS_VARIABLES,
  Connections,
  DEFAULT_CONNECTION,
  type Connection,
} from '../connect/connections.ts';
import { parseText } from '../definition/parse-text.ts';
import { PipelinesSettingsError } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The connection `default` of each type, from the variables that are usual for it. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(Object.entries(ADDRESS_VARIABLES).map(([type, url]) => [type, { url }])),
  s3: {
    url: 'S3_ENDPOINT',
    region: 'S3_REGION',
    accessKey: 'S3_ACCESS_KEY',
    secretKey: 'S3_SECRET_KEY',
  },
};

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * The connections of this process: `default` of each type from the environment, and those of the file, which go before.
 * @param allowed references to secrets that the file may have
 * @throws {PipelinesSettingsError} with everything that is wrong, and without any value
 */
export async function readConnections(
  file: string | null,
  allowed: readonly string[],
  environment: Environment,
): Promise<Connections> {
  const faults: string[] = [];
  const named = file === null ? [] : await readFileOf(file, new Resolver(allowed, environment), faults);
  if (faults.length > 0) throw new PipelinesSettingsError(faults);
  const defaults = Object.entries(DEFAULTS).flatMap(([type, variables]): Connection[] => {
    const settings = Object.fromEntries(
      Object.entries(variables).flatMap(([field, variable]) => {
        const value = environment[variable]?.trim();
        return value ? [[field, value]] : [];
      }),
    );
    const isNamed = named.some((one) => one.type === type && one.name === DEFAULT_CONNECTION);
    return settings['url'] && !isNamed ? [{ name: DEFAULT_CONNECTION, type, settings }] : [];
  });
  return new Connections([...named, ...defaults]);
}

async function readFileOf(file: string, resolver: Resolver, faults: string[]): Promise<Connection[]> {
  let value: unknown;
  try {
    ({ value } = parseText(await readFile(file, 'utf8')));
  } catch (error) {
    const { code } = error as { code?: string };
    // What the parser says may repeat what is in the file.
    faults.push(
      `SPARK_PIPELINES_CONNECTIONS names ${file}, which ${code ? `cannot be read (${code})` : 'is not valid YAML'}`,
    );
    return [];
  }
  if (!isObject(value)) {
    faults.push(`${file} has to be a map of names to connections`);
    return [];
  }
  const found: Connection[] = [];
  for (const [name, fields] of Object.entries(value)) {
    if (!NAME.test(name) || !isObject(fields) || typeof fields['type'] !== 'string') {
      faults.push(
        `the connection ${JSON.stringify(name)} has to be a map with a type, its name lower-case letters, digits and dashes`,
      );
      continue;
    }
    const { type, ...others } = fields;
    const settings: Record<string, string> = {};
    for (const [field, given] of Object.entries(others)) {
      const resolved = await resolver.resolve(given);
      if (typeof resolved === 'string') settings[field] = resolved;
      else faults.push(`${name}.${field} ${resolved.fault}`);
    }
    found.push({ name, type: type as string, settings });
  }
  return found;
}

/** Values, and references to secrets: `{ secret: "env:NAME" }` or `{ secret: "file:PATH" }`. */
class Resolver {
  readonly #allowed: readonly string[];
  readonly #environment: Environment;

  constructor(allowed: readonly string[], environment: Environment) {
    this.#allowed = allowed;
    this.#environment = environment;
  }

  async resolve(given: unknown): Promise<string | { fault: string }> {
    const reference = isObject(given) ? given['secret'] : undefined;
    if (typeof reference === 'string') return this.#secret(reference);
    if (['string', 'number', 'boolean'].includes(typeof given)) return String(given);
    return { fault: 'has to be a string, or a reference such as { secret: "env:NAME" }' };
  }

  async #secret(reference: string): Promise<string | { fault: string }> {
    if (!this.#allowed.includes(reference))
      return { fault: `refers to ${reference}, which is not listed in SPARK_PIPELINES_SECRETS` };
    if (reference.startsWith('env:'))
      return this.#environment[reference.slice(4)] ?? { fault: `refers to ${reference}, which is not set` };
    if (!reference.startsWith('file:')) return { fault: 'refers to neither env:NAME nor file:PATH' };
    const text = await readFile(reference.slice(5), 'utf8').catch(() => null);
    return text?.trim() ?? { fault: `refers to ${reference}, which cannot be read` };
  }
}
