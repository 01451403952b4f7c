import { Ajv, type ErrorObject } from 'ajv';
import type { Fault } from './refusal.ts';
import { DEFINITION_SCHEMA } from './schema.ts';
import type { PipelineDefinition } from './types.ts';

const MOST_FAULTS = 20;
const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  discriminator: true,
  strict: true,
  strictRequired: false,
});
const validate = ajv.compile<PipelineDefinition>(DEFINITION_SCHEMA);

/** Whether a value has the shape of a definition; what is wrong with it is added to `faults`. */
export function hasShape(value: unknown, faults: Fault[]): value is PipelineDefinition {
  if (validate(value)) return true;
  const found = (validate.errors ?? []).filter(({ keyword }) => !FOLLOWS.has(keyword)).map(faultOf);
  faults.push(...found.slice(0, MOST_FAULTS));
  return false;
}

/** Says only that something below it is wrong, which has an error of its own. */
const FOLLOWS: ReadonlySet<string> = new Set(['propertyNames', 'if']);

interface SchemaPart {
  properties?: object;
  oneOf?: { properties: { type: { const: string } } }[];
}

function faultOf(error: ErrorObject): Fault {
  const path = stepsOf(error.instancePath);
  const { params, keyword, parentSchema = {} } = error;
  switch (keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const known = Object.keys((parentSchema as SchemaPart).properties ?? {});
      const message = `${JSON.stringify(name)} is not known here; known are ${known.join(', ')}`;
      return { kind: 'shape', path: [...path, name], isName: true, message };
    }
    case 'required':
      return { kind: 'shape', path, message: `${JSON.stringify(params['missingProperty'])} is missing` };
    case 'const':
      return { kind: 'shape', path, message: `must be ${JSON.stringify(params['allowedValue'])}` };
    case 'enum':
      return { kind: 'shape', path, message: `must be one of ${list(params['allowedValues'])}` };
    case 'discriminator': {
      const types = (parentSchema as SchemaPart).oneOf?.map(({ properties }) => properties.type.const) ?? [];
      return { kind: 'shape', path: [...path, 'type'], message: `must be one of ${types.join(', ')}` };
    }
    case 'not':
      return { kind: 'shape', path, message: 'is a reserved word' };
    default:
      return { kind: 'shape', path, message: error.message ?? 'is wrong' };
  }
}

const list = (values: unknown): string =>
  Array.isArray(values) ? values.map(String).join(', ') : String(values);

function stepsOf(instancePath: string): (string | number)[] {
  const steps = instancePath.split('/').slice(1);
  return steps
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
