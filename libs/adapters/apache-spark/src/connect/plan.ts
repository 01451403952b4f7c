import type { Plan, Relation } from './messages.ts';

/** Apache Spark's code for functions from Arrow batches to Arrow batches (`mapInArrow`). */
const MAP_IN_ARROW = 207;

/** A Python function that Apache Spark imports where it executes: this module's `make(argument)` returns it. */
export interface PythonFunction {
  /** A module uploaded to the session as an artifact. It has `make`, and `SCHEMA`, the type of the function's result. */
  module: string;
  argument: string;
  /** The executors' Python version, such as `3.11`. */
  python: string;
}

/** Data sent along with the plan: an Arrow stream. */
export function localData(data: Uint8Array): Relation {
  return { local_relation: { data } };
}

/** Applies the function to the whole input, in one task. */
export function mappedInOneTask(input: Relation, { module, argument, python }: PythonFunction): Plan {
  const together = { repartition: { input, num_partitions: 1, shuffle: false } };
  const udf = {
    output_type: BLOCKS,
    eval_type: MAP_IN_ARROW,
    command: pickled(module, argument),
    python_ver: python,
  };
  const func = { function_name: 'run', deterministic: true, python_udf: udf };
  return { root: { map_partitions: { input: together, func, is_barrier: false } } };
}

/** An executable statement: commands (`CREATE`, `INSERT`) run immediately, queries when their relation is collected. */
export function sqlCommand(sql: string, args: Readonly<Record<string, Relation>> = {}): Plan {
  const named = Object.entries(args).map(([key, value]) => ({ key, value }));
  return { command: { sql_command: { input: { sql: { query: sql, named_arguments: named } } } } };
}

/** Makes data available to the session's statements under a name. */
export function namedView(name: string, input: Relation): Plan {
  return { command: { create_dataframe_view: { input, name, is_global: false, replace: true } } };
}

/** Each row as JSON text, written by Apache Spark itself, so that numbers keep all digits. */
export function rowsAsJson(input: Relation): Plan {
  return { root: selected(input, "to_json(struct(*), map('ignoreNullFields', 'false')) AS row") };
}

/** The input with one Spark SQL expression per column. */
export function selected(input: Relation, ...expressions: string[]): Relation {
  return {
    project: { input, expressions: expressions.map((expression) => ({ expression_string: { expression } })) },
  };
}

/**
 * A text or number as a statement parameter; anything else as its JSON text. A number that is written with a point or an exponent is a DOUBLE, as it is
 * in a statement: raw JSON distinguishes 1.0 from 1.
 */
export function literal(value: unknown): Relation {
  if (value === null || value === undefined) return { literal: { null: { null: {} } } };
  if (typeof value === 'boolean') return { literal: { boolean: value } };
  if (typeof value === 'string') return { literal: { string: value } };
  const text = JSON.stringify(value);
  if (!/^-?\d/.test(text)) return { literal: { string: text } };
  const number = Number(text);
  const isWhole = !/[.eE]/.test(text) && Number.isSafeInteger(number);
  return { literal: isWhole ? { long: number } : { double: number } };
}

const BLOCKS = {
  struct: {
    fields: [
      { name: 'part', data_type: { binary: {} }, nullable: true },
      { name: 'report', data_type: { string: {} }, nullable: true },
    ],
  },
};

/**
 * The Python pickle of `(make(argument), SCHEMA)`: six opcodes that name module members, the same for every version of Python, so
 * that no Python is needed here.
 */
function pickled(module: string, argument: string): Buffer {
  const text = Buffer.from(argument);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([
    PROTOCOL_2,
    member(module, 'make'),
    BINUNICODE,
    length,
    text,
    TUPLE1,
    REDUCE,
    member(module, 'SCHEMA'),
    TUPLE2,
    STOP,
  ]);
}

const PROTOCOL_2 = Buffer.from([0x80, 2]);
const BINUNICODE = Buffer.from('X');
const TUPLE1 = Buffer.from([0x85]);
const TUPLE2 = Buffer.from([0x86]);
const REDUCE = Buffer.from('R');
const STOP = Buffer.from('.');

function member(module: string, name: string): Buffer {
  return Buffer.from(`c${module}\n${name}\n`);
}
