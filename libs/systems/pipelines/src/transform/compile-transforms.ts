import { setOwn } from '@nestjs-spark/foundation/internal';
import { compileSchema } from '../definition/check-schema.ts';
import type { PipelineDefinition, TransformDefinition } from '../definition/types.ts';
import {
  compileCondition,
  compileExpression,
  NoValueError,
  type Evaluate,
  type Fields,
} from '../expression/compile-expression.ts';
import { openScript, type Scripts } from './script-step.ts';
import type { BatchStep, Incoming } from './step.ts';

/** What became of a record: `out` it goes on; `filtered` it was not wanted; `failed` a step could not be done. */
export type Outcome =
  { kind: 'out'; fields: Fields } | { kind: 'filtered' } | { kind: 'failed'; step: string; reason: string };

/** Takes records through all steps; answers in their order. */
export type Transform = (records: readonly Incoming[]) => Promise<Outcome[]>;

/** One step for one record: as it goes on, or null where it is not wanted. Throws where it cannot be done. */
type Step = (fields: Fields, meta: Fields) => Fields | null;

type Named = { name: string } & ({ run: Step } | { runAll: BatchStep });

export interface CompiledTransforms {
  transform: Transform;
  close(): void;
}

/** Makes a function of a checked definition's transforms. `scripts` runs those that are programs. */
export function compileTransforms(
  { pipelineId, schema, transforms = [] }: PipelineDefinition,
  scripts: Scripts,
): CompiledTransforms {
  const opened: (() => void)[] = [];
  const steps = transforms.map((transform, n): Named => {
    const name = `transforms/${n}`;
    if (transform.type !== 'script') return { name, run: stepOf(transform) };
    const script = openScript(scripts, `${pipelineId}/${name}`, transform.code);
    opened.push(script.close);
    return { name, runAll: script.run };
  });
  if (schema) steps.unshift({ name: 'schema', run: accepting(schema) });
  return {
    transform: (records) => runSteps(steps, records),
    close: () => opened.forEach((close) => close()),
  };
}

async function runSteps(steps: readonly Named[], records: readonly Incoming[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = records.map(({ fields }) => ({ kind: 'out', fields }));
  for (const step of steps) {
    const alive = outcomes.flatMap((outcome, at) => (outcome.kind === 'out' ? [at] : []));
    const inputs = alive.map((at) => {
      const { meta } = records[at] as Incoming;
      return { fields: (outcomes[at] as Outcome & { kind: 'out' }).fields, meta };
    });
    const results =
      'run' in step ? inputs.map((input) => attempt(step.run, input)) : await step.runAll(inputs);
    for (const [index, at] of alive.entries()) outcomes[at] = outcomeOf(step.name, results[index]);
  }
  return outcomes;
}

function attempt(run: Step, { fields, meta }: Incoming): Fields | null | Error {
  try {
    return run(fields, meta);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function outcomeOf(step: string, result: Fields | null | Error | undefined): Outcome {
  if (result instanceof Error) return { kind: 'failed', step, reason: result.message };
  return result ? { kind: 'out', fields: result } : { kind: 'filtered' };
}

function stepOf(transform: Exclude<TransformDefinition, { type: 'script' }>): Step {
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
    case 'rename':
      return renaming(new Map(Object.entries(transform.fields)));
    case 'validate':
      return accepting(transform.schema);
    default:
      throw new TypeError(`${transform.type} is not available`);
  }
}

/** A field takes its new name from another one that has it, wherever the two are in the record. */
function renaming(names: ReadonlyMap<string, string>): Step {
  return (fields) => {
    const taken = new Set([...names].flatMap(([from, to]) => (Object.hasOwn(fields, from) ? [to] : [])));
    const kept = Object.entries(fields).filter(([name]) => names.has(name) || !taken.has(name));
    return Object.fromEntries(kept.map(([name, value]) => [names.get(name) ?? name, value]));
  };
}

/** All expressions see the record as it was before the step. */
function mapping(set: Readonly<Record<string, string>>, removed: readonly string[]): Step {
  const values = Object.entries(set).map(([name, text]) => [name, compileExpression(text)] as const);
  const isRemoved = new Set(removed);
  return (fields, meta) => {
    const made: Record<string, unknown> = {};
    for (const name of Object.keys(fields)) if (!isRemoved.has(name)) setOwn(made, name, fields[name]);
    for (const [name, evaluate] of values) setOwn(made, name, inField(name, evaluate, fields, meta));
    return made;
  };
}

/** A map has many expressions: says which of them it was. */
function inField(name: string, evaluate: Evaluate, fields: Fields, meta: Fields): unknown {
  try {
    return evaluate(fields, meta);
  } catch (error) {
    if (error instanceof NoValueError) throw new NoValueError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

function accepting(schema: NonNullable<PipelineDefinition['schema']>): Step {
  const { accepts } = compileSchema(schema);
  return (fields) => {
    const reason = accepts(fields);
    if (reason !== null) throw new Error(reason);
    return fields;
  };
}
