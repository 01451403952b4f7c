import { nearestName } from '@nestjs-spark/foundation/internal';
import { Ajv, type ErrorObject } from 'ajv';
import { meaning, shown } from '../explain/show.ts';
import { explain, stepsOf } from './explain-error.ts';
import { pointerOf } from './places.ts';
import type { Fault } from './refusal.ts';
import { DEFINITION_SCHEMA } from './schema.ts';
import type { Draft, PipelineDefinition } from './types.ts';

// Each reading corrects what is one level below the one before; the language has fewer levels.
const MOST_READINGS = 8;
const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  discriminator: true,
  strict: true,
  strictRequired: false,
});
const validate = ajv.compile<PipelineDefinition>(DEFINITION_SCHEMA);

type Path = readonly (string | number)[];

/** What is right in a definition, and what is not. */
export interface Shape {
  faults: Fault[];
  /** The definition with misspelled names as they were meant, and without what has a wrong shape. */
  draft: Draft;
  /** The way to a part of the draft as it is in the text. */
  inText: (path: Path) => Path;
}

/** Whether a value has the shape of a definition. */
export const hasShape = (value: unknown): value is PipelineDefinition => validate(value);

/**
 * Finds what is wrong in the shape of a definition. A misspelled name is read as the one that was meant, so that what is below
 * it is checked too.
 */
export function checkShape(value: unknown): Shape {
  const draft: unknown = structuredClone(value);
  const faults: Fault[] = [];
  const written = new Map<string, string>();
  const inText = (path: Path): Path =>
    path.map((step, depth) => written.get(pointerOf(path.slice(0, depth + 1))) ?? step);
  for (let reading = 1; ; reading++) {
    const errors = errorsOf(draft);
    const misspelled = errors.flatMap((error) => {
      const fault = faultOf(error, inText);
      return reading < MOST_READINGS && correct(error, draft, written) ? [fault] : [];
    });
    faults.push(...misspelled);
    if (misspelled.length > 0) continue;
    faults.push(...errors.map((error) => faultOf(error, inText)));
    for (const error of errors) leaveOut(error, draft);
    return { faults, draft: isObject(draft) ? draft : {}, inText };
  }
}

function errorsOf(draft: unknown): ErrorObject[] {
  if (validate(draft)) return [];
  return (validate.errors ?? []).filter((error) => !FOLLOWS.has(error.keyword) && !isMissingTag(error));
}

/** Says only that something below it is wrong, which has an error of its own. */
const FOLLOWS: ReadonlySet<string> = new Set(['propertyNames', 'if']);

const isMissingTag = ({ keyword, params }: ErrorObject): boolean =>
  keyword === 'discriminator' && params['tagValue'] === undefined;

/** Writes what was meant into the draft; false where nobody can tell. */
function correct(error: ErrorObject, draft: unknown, written: Map<string, string>): boolean {
  const path = stepsOf(error.instancePath);
  const part = valueAt(draft, path);
  const renamed = isObject(part) ? misspelledIn(part, error) : null;
  if (renamed && isObject(part)) {
    const { name, meant } = renamed;
    part[meant] = part[name];
    delete part[name];
    written.set(pointerOf([...path, meant]), name);
    return true;
  }
  if (error.keyword === 'discriminator' && isObject(part)) {
    const meant = nearestName(String(part['type']), typesOf(error, 'all'));
    if (meant !== null) part['type'] = meant;
    return meant !== null;
  }
  return false;
}

/** A name that is not known, and the one that was meant. Without its type nothing is known of a part but that. */
function misspelledIn(part: object, error: ErrorObject): { name: string; meant: string } | null {
  const { keyword, params } = error;
  if (keyword === 'additionalProperties') {
    const name = String(params['additionalProperty']);
    const meant = nearestName(
      name,
      namesOf(error).filter((one) => !(one in part)),
    );
    return meant === null ? null : { name, meant };
  }
  if (keyword !== 'required' || typesOf(error, 'all').length === 0) return null;
  const name = nearestName('type', Object.keys(part));
  return name === null ? null : { name, meant: 'type' };
}

/** Takes what is wrong out of the draft. Where a value is wrong its name stays: it is not missing. */
function leaveOut({ instancePath, keyword, params, propertyName }: ErrorObject, draft: unknown): void {
  if (keyword === 'required') return;
  const path = stepsOf(instancePath);
  const name = propertyName ?? (params['additionalProperty'] as string | undefined);
  const part = valueAt(draft, path);
  if (name !== undefined) {
    if (isObject(part)) delete part[name];
    return;
  }
  const whole: Path = keyword === 'discriminator' ? [...path, 'type'] : path;
  const last = whole.at(-1);
  const around = valueAt(draft, whole.slice(0, -1));
  if (last !== undefined && typeof around === 'object' && around !== null)
    Reflect.set(around, last, undefined);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, step) => (typeof part === 'object' && part !== null ? Reflect.get(part, step) : undefined),
    value,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface SchemaPart {
  properties?: object;
  oneOf?: { properties: { type: { const: string } }; additionalProperties: boolean }[];
}

function namesOf({ parentSchema = {} }: ErrorObject): string[] {
  return Object.keys((parentSchema as SchemaPart).properties ?? {});
}

/** The types that a part can have: those that this version has, or all that the language has. */
function typesOf({ parentSchema = {} }: ErrorObject, which: 'all' | 'available'): string[] {
  return ((parentSchema as SchemaPart).oneOf ?? [])
    .filter(({ additionalProperties }) => which === 'all' || !additionalProperties)
    .map(({ properties }) => properties.type.const);
}

function faultOf(error: ErrorObject, inText: (path: Path) => Path): Fault {
  const path = inText(stepsOf(error.instancePath));
  const { params, keyword, propertyName } = error;
  const about = (below: Path, message: string, isName = false): Fault => ({
    kind: 'shape',
    path: [...path, ...below],
    message,
    ...(isName && { isName }),
  });
  if (propertyName !== undefined) {
    const why = keyword === 'not' ? 'is reserved' : explain({ ...error, data: propertyName });
    return about([propertyName], `the name ${JSON.stringify(propertyName)} ${why}`, true);
  }
  switch (keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      return about([name], unknownName(name, namesOf(error), error.data), true);
    }
    case 'required': {
      const name = String(params['missingProperty']);
      const written = isObject(error.data) ? misspelledIn(error.data, error) : null;
      if (written) return about([written.name], unknownName(written.name, [name], error.data), true);
      const types = name === 'type' ? typesOf(error, 'available') : [];
      const which = types.length > 0 ? `: one of ${types.join(', ')}` : '';
      return about([], `${JSON.stringify(name)} is missing${which}`);
    }
    case 'discriminator': {
      const type = params['tagValue'] as unknown;
      const which = `must be one of ${typesOf(error, 'available').join(', ')}`;
      return about(['type'], `${which}, not ${shown(type)}${meaning(type, typesOf(error, 'all'))}`);
    }
    case 'not':
      return about([], 'is reserved for addresses of the API: choose another id');
    default:
      if (path.length === 0 && error.data === null)
        return about([], 'is empty: it needs pipelineId, name, source and sink');
      return about([], explain(error));
  }
}

function unknownName(name: string, known: readonly string[], part: unknown): string {
  const absent = isObject(part) ? known.filter((one) => !(one in part)) : known;
  return `${JSON.stringify(name)} is not known here${meaning(name, absent) || `; expected: ${known.join(', ')}`}`;
}
