import { compileSchema } from '../definition/check-meaning.ts';
import type { PipelineDefinition, TransformDefinition } from '../definition/types.ts';
import { compileCondition, compileExpression, type Fields } from '../expression/compile-expression.ts';

/** What became of a record: `out` it goes on; `filtered` it was not wanted; `failed` a step could not be done. */
export type Outcome =
  { kind: 'out'; fields: Fields } | { kind: 'filtered' } | { kind: 'failed'; step: string; reason: string };

/** Takes a record, and where it comes from, through all steps. */
export type Transform = (fields: Fields, meta: Fields) => Outcome;

/** One step: the record as it goes on, or null where it is not wanted. Throws where it cannot be done. */
type Step = (fields: Fields, meta: Fields) => Fields | null;

/** Makes a function of a checked definition's transforms. */
export function compileTransforms({ schema, transforms = [] }: PipelineDefinition): Transform {
  const steps = transforms.map((transform, n) => ({ name: `transforms/${n}`, run: stepOf(transform) }));
  if (schema) steps.unshift({ name: 'schema', run: accepting(schema) });
  return (fields, meta) => {
    let current = fields;
    for (const { name, run } of steps) {
      try {
        const next = run(current, meta);
        if (next === null) return { kind: 'filtered' };
        current = next;
      } catch (error) {
        return { kind: 'failed', step: name, reason: error instanceof Error ? error.message : String(error) };
      }
    }
    return { kind: 'out', fields: current };
  };
}

function stepOf(transform: TransformDefinition): Step {
  switch (transform.type) {
    case 'filter': {
      const isWanted = compileCondition(transform.condition);
      return (fields, meta) => (isWanted(fields, meta) ? fields : null);
    }
    case 'map':
      return mapping(transform.set ?? {}, transform.remove ?? []);
    case 'project': {
      const kept = new Set(transform.fields);
      return (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => kept.has(name)));
    }
    case 'rename': {
      const names = new Map(Object.entries(transform.fields));
      return (fields) =>
        Object.fromEntries(Object.entries(fields).map(([name, value]) => [names.get(name) ?? name, value]));
    }
    case 'validate':
      return accepting(transform.schema);
    default:
      throw new TypeError(`${transform.type} is not available`);
  }
}

/** All expressions see the record as it was before the step. */
function mapping(set: Readonly<Record<string, string>>, removed: readonly string[]): Step {
  const values = Object.entries(set).map(([name, text]) => [name, compileExpression(text)] as const);
  const isRemoved = new Set(removed);
  return (fields, meta) => {
    const kept = Object.entries(fields).filter(([name]) => !isRemoved.has(name));
    const made = values.map(([name, evaluate]) => [name, evaluate(fields, meta)] as const);
    return Object.fromEntries([...kept, ...made]);
  };
}

function accepting(schema: NonNullable<PipelineDefinition['schema']>): Step {
  const { accepts } = compileSchema(schema);
  return (fields) => {
    const reason = accepts(fields);
    if (reason !== null) throw new Error(reason);
    return fields;
  };
}
