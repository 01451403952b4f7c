import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { meaning } from '../explain/show.ts';
import { repairWords } from './repair-words.ts';

type Validator = Ajv | Ajv2020;

/** A supported version of JSON Schema. */
export interface SchemaLanguage {
  name: string;
  make(): Validator;
  /** A validator that is only asked for keywords; it never compiles a schema. */
  words: Validator;
}

// `ownProperties`: inherited properties such as `constructor` are not fields of a record.
const OPTIONS = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  allowUnionTypes: true,
  ownProperties: true,
  verbose: true,
} as const;
const DRAFT_07 = language('draft-07', () => new Ajv(OPTIONS));
const LATEST = language('2020-12', () => new Ajv2020(OPTIONS));
const LATEST_ADDRESS = 'https://json-schema.org/draft/2020-12/schema';
const ADDRESSES: ReadonlyMap<unknown, SchemaLanguage> = new Map([
  ['http://json-schema.org/draft-07/schema', DRAFT_07],
  [LATEST_ADDRESS, LATEST],
]);

const SUGGESTED =
  `title description default examples type enum const properties required additionalProperties minProperties
  maxProperties items minItems maxItems uniqueItems contains minLength maxLength format minimum maximum exclusiveMinimum
  exclusiveMaximum multipleOf allOf anyOf oneOf not if then else`.split(/\s+/);

/** The version that a schema names, draft-07 by default; or a text that says why it is not supported. */
export function languageOf({ $schema: named }: { readonly $schema?: unknown }): SchemaLanguage | string {
  if (named === undefined) return DRAFT_07;
  const known = typeof named === 'string' ? ADDRESSES.get(named.replace(/#$/, '')) : undefined;
  return known ?? `must be one of ${[...ADDRESSES.keys()].join(', ')}, not ${JSON.stringify(named)}`;
}

/** Why a word is not a keyword of a version; null if it is. */
export function refuseWord(word: string, { name, words }: SchemaLanguage): string | null {
  // `getKeyword` does not know annotations such as `title`.
  if (isWord(word, words)) return null;
  const said = JSON.stringify(word);
  if (name !== LATEST.name && isWord(word, LATEST.words))
    return `${said} is a word of JSON Schema ${LATEST.name}, and this schema is read as ${name}: give it "$schema": "${LATEST_ADDRESS}"`;
  if (isWord(word, DRAFT_07.words))
    return `${said} is a word of JSON Schema ${DRAFT_07.name}, and not of ${name}`;
  return `${said} is not a word of JSON Schema ${name}${meaning(word, SUGGESTED)}`;
}

const isWord = (word: string, { RULES }: Validator): boolean => Object.hasOwn(RULES.keywords, word);

function language(name: string, create: () => Validator): SchemaLanguage {
  const make = (): Validator => {
    const ajv = create();
    ajvFormats.default(ajv);
    repairWords(ajv);
    return ajv;
  };
  return { name, make, words: make() };
}
