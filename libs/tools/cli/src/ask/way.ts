import type { ParseArgsConfig } from 'node:util';
import { isName } from '@nestjs-spark/contracts';
import { keysDir as keysDirOf } from '@nestjs-spark/foundation';
import { messageOf, parseWords, tokenFault } from '@nestjs-spark/foundation/internal';
import { EnvironmentSecrets, SecretError } from '@nestjs-spark/secrets/text';
import { CliError } from '../cli-error.ts';

export type Values = Partial<Record<string, string | boolean>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** How to reach and authenticate to the module. */
export interface Way {
  module: string;
  /** Null: it has to be looked up. */
  url: string | null;
  credential: { kind: 'operator'; token: string } | { kind: 'module'; name: string; keysDir: string };
  json: boolean;
}

export const TEXT = { type: 'string' } as const;
/** The options for requests as an operator. */
export const OPERATOR_WAY = { module: TEXT, url: TEXT, token: TEXT, json: { type: 'boolean' } } as const;
/** The options for requests to a module. */
export const WAY = { ...OPERATOR_WAY, as: TEXT, 'keys-dir': TEXT } as const;

/** @throws {CliError} with exit code 2 for anything that is none of these options; their values are not validated */
export function readOptions(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  allowPositionals = false,
): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseWords({ args: [...args], options, strict: true, allowPositionals });
    return { values: values as Values, positionals };
  } catch (error) {
    throw new CliError(messageOf(error), 2);
  }
}

const NO_CREDENTIAL =
  'Give --token (or set SPARK_OPERATOR_TOKEN) to ask as an operator, or --as NAME to ask as a module whose key is on this machine.';
const NO_TOKEN = 'Give --token, or set SPARK_OPERATOR_TOKEN: only operators may do this.';

/** As `readWay`, for what a module would be refused. @throws {CliError} with exit code 2 */
export function readOperatorWay(values: Values, environment: Environment): Way {
  return readWay(values, environment, NO_TOKEN);
}

/**
 * @param noCredential the message when there is no credential to use
 * @throws {CliError} with exit code 2
 */
export function readWay(values: Values, environment: Environment, noCredential = NO_CREDENTIAL): Way {
  const module = nameIn(values, 'module');
  if (module === null) throw new CliError('--module is missing: the module to ask, for instance Fleet.', 2);
  return {
    module,
    url: urlIn(values['url'] as string | undefined) ?? null,
    credential: readCredential(values, environment, noCredential),
    json: values['json'] === true,
  };
}

function readCredential(values: Values, environment: Environment, missing: string): Way['credential'] {
  const name = nameIn(values, 'as');
  if (name !== null && values['token'] !== undefined)
    throw new CliError('--as asks as a module, --token as an operator: leave one of them out.', 2);
  if (name === null && values['keys-dir'] !== undefined)
    throw new CliError('--keys-dir is the folder with the key of --as NAME: give both, or leave it out.', 2);
  if (name !== null) return { kind: 'module', name, keysDir: keysDirIn(values, environment) };
  const given = values['token'] as string | undefined;
  const token = given === undefined ? operatorTokenIn(environment) : tokenIn(given);
  if (token !== null) return { kind: 'operator', token };
  throw new CliError(missing, 2);
}

/** @throws {CliError} with exit code 2 for what is not an address */
export function urlIn(given: string | undefined): string | undefined {
  if (given === undefined || isAddress(given)) return given;
  throw new CliError(
    '--url has to begin with http:// or https://, followed by a host, as in http://127.0.0.1:5001.',
    2,
  );
}

/** Whether a request can be sent there. */
export function isAddress(url: string): boolean {
  return /^https?:\/\/[^/]/.test(url) && URL.canParse(url);
}

/**
 * An operator token; null for none. A line break around it comes from its file, and belongs to no token.
 * @throws {CliError} with exit code 2 for what cannot be sent
 */
export function tokenIn(given: string | undefined): string | null {
  const token = given?.trim() ?? '';
  if (token === '') return null;
  const fault = tokenFault('The operator token (--token, SPARK_OPERATOR_TOKEN)', token);
  if (fault !== null) throw new CliError(fault, 2);
  return token;
}

/**
 * The operator token of the environment, from its variable or the file that `SPARK_OPERATOR_TOKEN_FILE` names; null for none.
 * @throws {CliError} with exit code 2 for a file that cannot be read, and for what cannot be sent
 */
export function operatorTokenIn(environment: Environment): string | null {
  try {
    return tokenIn(new EnvironmentSecrets(environment).text('SPARK_OPERATOR_TOKEN'));
  } catch (error) {
    if (error instanceof SecretError) throw new CliError(error.message, 2);
    throw error;
  }
}

export function nameIn(values: Values, key: string): string | null {
  const value = values[key];
  if (value === undefined) return null;
  if (isName(value)) return value;
  throw new CliError(`--${key} has to be a letter, then up to 63 letters, digits, "_" or "-".`, 2);
}

/** The folder of the keys on this machine. */
export function keysDirIn(values: Values, environment: Environment): string {
  return (values['keys-dir'] as string | undefined) ?? keysDirOf(environment);
}
