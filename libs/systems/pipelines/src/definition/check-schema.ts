import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { meaning } from '../explain/show.ts';
import { explain, stepsOf } from './explain-error.ts';
import type { Fault } from './refusal.ts';
import type { Schema } from './types.ts';

type Path = readonly (string | number)[];

// An author's `pattern` would run in JavaScript's regular expressions over whatever comes in.
const COSTLY_WORDS: ReadonlySet<string> = new Set(['pattern', 'patternProperties', '$ref', '$dynamicRef']);
/** Below these are names that the author chooses, and then schemas. */
const NAMING_WORDS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);
const NESTING_WORDS: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'additionalProperties',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'allOf',
  'anyOf',
  'oneOf',
]);
const KNOWN_WORDS =
  `title description default examples type enum const properties required additionalProperties minProperties
  maxProperties items minItems maxItems uniqueItems contains minLength maxLength format minimum maximum exclusiveMinimum
  exclusiveMaximum multipleOf allOf anyOf oneOf not if then else`.split(/\s+/);

function makeAjv(): Ajv {
  const ajv = new Ajv({ strict: true, strictTypes: false, allowUnionTypes: true, verbose: true });
  ajvFormats.default(ajv);
  return ajv;
}

/** Knows the words, and is asked about nothing that lasts. */
const words = makeAjv();

/** Compiles a schema of records. @throws {Error} when it is not one */
export function compileSchema(schema: Schema): { accepts: (value: unknown) => string | null } {
  const validate = makeAjv().compile(schema);
  return {
    accepts: (value) => {
      if (validate(value)) return null;
      const [error] = validate.errors ?? [];
      if (!error) return 'The schema does not accept the record';
      return `${stepsOf(error.instancePath).join('.') || 'the record'} ${explain(error)}`;
    },
  };
}

/** What is wrong with a schema of records. */
export function checkSchema(path: Path, schema: Schema): Fault[] {
  const wrong = checkWords(schema, path);
  if (wrong.length > 0) return wrong;
  const ajv = makeAjv();
  try {
    // Throws for a `$schema` that it does not know.
    if (ajv.validateSchema(schema)) {
      ajv.compile(schema);
      return [];
    }
    const first = new Map((ajv.errors ?? []).toReversed().map((error) => [error.instancePath, error]));
    return [...first.values()].map((error) =>
      refused([...path, ...stepsOf(error.instancePath)], explain(error)),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [refused(path, message.replace(/^strict mode: /, ''))];
  }
}

function checkWords(schema: unknown, path: Path): Fault[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([word, below]): Fault[] => {
    const here = [...path, word];
    if (COSTLY_WORDS.has(word))
      return [
        { ...refused(here, `${JSON.stringify(word)} is not available in schemas of records`), isName: true },
      ];
    // `getKeyword` does not know the words that only describe, such as `title`.
    if (!Object.hasOwn(words.RULES.keywords, word)) {
      const message = `${JSON.stringify(word)} is not a word of JSON Schema${meaning(word, KNOWN_WORDS)}`;
      return [{ ...refused(here, message), isName: true }];
    }
    if (word === 'format') return checkFormat(below, here);
    if (NAMING_WORDS.has(word) && typeof below === 'object' && below !== null)
      return Object.entries(below).flatMap(([name, one]) => checkWords(one, [...here, name]));
    if (!NESTING_WORDS.has(word)) return [];
    return Array.isArray(below)
      ? below.flatMap((one, n) => checkWords(one, [...here, n]))
      : checkWords(below, here);
  });
}

function checkFormat(format: unknown, path: Path): Fault[] {
  if (typeof format !== 'string' || Object.hasOwn(words.formats, format)) return [];
  const known = Object.keys(words.formats);
  const which = meaning(format, known) || `; known are ${known.join(', ')}`;
  return [refused(path, `${JSON.stringify(format)} is not a known format${which}`)];
}

const refused = (path: Path, message: string): Fault => ({ kind: 'refused', path, message });
