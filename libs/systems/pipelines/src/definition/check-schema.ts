import { meaning } from '../explain/show.ts';
import { explain, stepsOf } from './explain-error.ts';
import type { Fault } from './refusal.ts';
import { languageOf, refuseWord, type SchemaLanguage } from './schema-languages.ts';
import type { Schema } from './types.ts';

type Path = readonly (string | number)[];

// An author's `pattern` would run as a JavaScript regular expression over untrusted input, and `$async` would make validation asynchronous.
const UNAVAILABLE: ReadonlySet<string> = new Set([
  'pattern',
  'patternProperties',
  '$ref',
  '$dynamicRef',
  '$recursiveRef',
  '$anchor',
  '$vocabulary',
  '$async',
]);
/** Their values map names that the author chooses to schemas. */
const NAMING_WORDS: ReadonlySet<string> = new Set([
  'properties',
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
]);
/** AJV silently ignores a field of this name. */
const UNSEEN = '__proto__';
/** Their values name fields: in a list, as keys, or in lists under keys. */
const FIELD_WORDS: ReadonlySet<string> = new Set([...NAMING_WORDS, 'required', 'dependentRequired']);
const NESTING_WORDS: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'contains',
  'contentSchema',
  'not',
  'if',
  'then',
  'else',
  'allOf',
  'anyOf',
  'oneOf',
]);

/** Compiles a schema for records. @throws {Error} if it is not a valid schema */
export function compileSchema(schema: Schema): { accepts: (value: unknown) => string | null } {
  const language = languageOf(schema);
  if (typeof language === 'string') throw new Error(`$schema ${language}`);
  const validate = language.make().compile(schema);
  return {
    accepts: (value) => {
      if (validate(value)) return null;
      const [error] = validate.errors ?? [];
      if (!error) return 'The schema does not accept the record';
      return `${stepsOf(error.instancePath).join('.') || 'the record'} ${explain(error)}`;
    },
  };
}

/** The faults of a schema for records. */
export function checkSchema(path: Path, schema: Schema): Fault[] {
  const language = languageOf(schema);
  if (typeof language === 'string') return [refused([...path, '$schema'], language)];
  const wrong = checkWords(schema, path, language);
  if (wrong.length > 0) return wrong;
  const ajv = language.make();
  try {
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

function checkWords(schema: unknown, path: Path, language: SchemaLanguage): Fault[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  return Object.entries(schema).flatMap(([word, below]): Fault[] => {
    const here = [...path, word];
    const reason = UNAVAILABLE.has(word)
      ? `${JSON.stringify(word)} is not available in schemas of records`
      : refuseWord(word, language);
    if (reason !== null) return [{ ...refused(here, reason), isName: true }];
    if (word === 'format') return checkFormat(below, here, language);
    const unseen = FIELD_WORDS.has(word) ? unseenIn(below, here) : [];
    if (unseen.length > 0) return unseen;
    if (NAMING_WORDS.has(word) && typeof below === 'object' && below !== null)
      return Object.entries(below).flatMap(([name, one]) => checkWords(one, [...here, name], language));
    if (!NESTING_WORDS.has(word)) return [];
    return Array.isArray(below)
      ? below.flatMap((one, n) => checkWords(one, [...here, n], language))
      : checkWords(below, here, language);
  });
}

function unseenIn(below: unknown, path: Path): Fault[] {
  const message = `a schema of records cannot name a field ${JSON.stringify(UNSEEN)}`;
  if (below === UNSEEN) return [refused(path, message)];
  if (Array.isArray(below)) return below.flatMap((one, n) => unseenIn(one, [...path, n]));
  if (typeof below !== 'object' || below === null) return [];
  return Object.entries(below).flatMap(([name, one]): Fault[] => {
    if (name === UNSEEN) return [{ ...refused([...path, name], message), isName: true }];
    return Array.isArray(one) ? unseenIn(one, [...path, name]) : [];
  });
}

function checkFormat(format: unknown, path: Path, { words }: SchemaLanguage): Fault[] {
  if (typeof format !== 'string' || Object.hasOwn(words.formats, format)) return [];
  const known = Object.keys(words.formats);
  const which = meaning(format, known) || `; expected: ${known.join(', ')}`;
  return [refused(path, `${JSON.stringify(format)} is not a known format${which}`)];
}

const refused = (path: Path, message: string): Fault => ({ kind: 'refused', path, message });
