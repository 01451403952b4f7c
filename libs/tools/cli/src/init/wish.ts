import { messageOf, parseWords, unexpectedWord, unknownWord } from '@nestjs-spark/foundation/internal';
import pluralize from 'pluralize';
import { isName } from '@nestjs-spark/contracts';
import { CliError } from '../cli-error.ts';

export type FieldType = 'string' | 'number' | 'boolean';

export interface WishedField {
  readonly name: string;
  readonly type: FieldType;
}

/** What the application should become. */
export interface Wish {
  /** The class, and the collection that it stands for. */
  readonly className: string;
  readonly collection: string;
  readonly fields: readonly WishedField[];
  readonly role:
    | { readonly kind: 'share'; readonly with: readonly string[] }
    | { readonly kind: 'copy'; readonly from: string };
  /** Undefined: derived from the package's name. */
  readonly module: string | undefined;
  readonly store: 'sqlite' | 'ravendb';
  readonly port: number | undefined;
  readonly folder: string;
}

const options = {
  help: { type: 'boolean', short: 'h' },
  fields: { type: 'string', default: 'name' },
  with: { type: 'string' },
  from: { type: 'string' },
  module: { type: 'string' },
  store: { type: 'string', default: 'sqlite' },
  port: { type: 'string' },
  dir: { type: 'string', default: '.' },
} as const;

const EXAMPLES = 'Say what to do with which class: init share Order, or init copy Orders.';
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const FIELD = /^([A-Za-z_$][\w$]*)(?::(string|number|boolean))?$/;

/**
 * What a command line requests, or null when it asks for help.
 * @throws {CliError} with exit code 2 and the correct usage
 */
export function readWish(argv: readonly string[]): Wish | null {
  const { values, positionals } = parse(argv);
  if (values.help) return null;
  const [kind, name, surplus] = positionals;
  if (kind !== undefined && kind !== 'share' && kind !== 'copy')
    throw wrong(`${unknownWord('command', kind, ['share', 'copy'])} ${EXAMPLES}`);
  if (kind === undefined || name === undefined) throw wrong(EXAMPLES);
  if (surplus !== undefined)
    throw wrong(`${unexpectedWord(surplus, Object.keys(options))} init ${kind} takes one class.`);
  const foreign = kind === 'share' ? 'from' : 'with';
  if (values[foreign] !== undefined)
    throw wrong(
      `--${foreign} is an option of ${kind === 'share' ? 'copy' : 'share'}, not of ${kind}: leave it out.`,
    );
  const className = kind === 'copy' ? pluralize.singular(name) : name;
  if (!IDENTIFIER.test(className)) throw wrong(`"${className}" cannot be the name of a class.`);
  return {
    className,
    collection: kind === 'copy' ? name : pluralize(name),
    fields: readFields(values.fields),
    role: readRole(kind, values),
    module: values.module === undefined ? undefined : moduleName(values.module),
    store: readStore(values.store),
    port: readPort(values.port),
    folder: values.dir,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseWords({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw wrong(messageOf(error));
  }
}

function readRole(kind: 'share' | 'copy', given: { with?: string; from?: string }): Wish['role'] {
  if (kind === 'copy') {
    if (!given.from) throw wrong('Say which module owns the documents: --from Shop.');
    return { kind, from: moduleName(given.from) };
  }
  const names = listOf(given.with ?? '');
  if (names.length === 0)
    throw wrong("Say which modules may take copies: --with Billing, or --with '*' for all modules.");
  return { kind, with: names.map((name) => (name === '*' ? name : moduleName(name))) };
}

function moduleName(name: string): string {
  if (isName(name)) return name;
  throw wrong(`"${name}" is not a module's name: a letter, then letters, digits, "_" or "-".`);
}

function readFields(list: string): WishedField[] {
  return listOf(list).map((word) => {
    const [, name, type = 'string'] = FIELD.exec(word) ?? [];
    if (name === undefined)
      throw wrong(`"${word}" is not a field: write sku, or amount:number (string, number or boolean).`);
    return { name, type: type as FieldType };
  });
}

function readStore(store: string): Wish['store'] {
  if (store !== 'sqlite' && store !== 'ravendb') throw wrong(`--store is sqlite or ravendb, not "${store}".`);
  return store;
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw wrong(`"${text}" is not a port.`);
  return port;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function wrong(message: string): CliError {
  return new CliError(message, 2);
}
