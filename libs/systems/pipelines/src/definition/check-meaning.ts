import { inspectScript } from '@nestjs-spark/etl-script';
import {
  compileCondition,
  compileExpression,
  ExpressionRefusedError,
} from '../expression/compile-expression.ts';
import { checkSchema } from './check-schema.ts';
import { refused, type Fault } from './refusal.ts';
import { checkLoop } from './check-loop.ts';
import { isReservedTable, isReservedTopic, GENERATION_FILE, OWNER_FILE } from './reserved-names.ts';
import {
  LATER_FORMATS,
  LATER_SINKS,
  LATER_SOURCES,
  LATER_TRANSFORMS,
  type Draft,
  type PipelineDefinition,
} from './types.ts';

/** Scripts are declared for records, and load to any other name. */
export const SCRIPT_COLLECTION = 'Records';

type Path = readonly (string | number)[];

/** What cannot work although its shape is right. */
export function checkMeaning(definition: Draft): Fault[] {
  const { source, sink, transforms = [], schema, engine } = definition;
  return [
    ...later(['engine'], engine, ['spark']),
    ...(source ? checkSource(source) : []),
    ...(sink ? checkSink(sink) : []),
    ...checkLoop(definition),
    ...checkCreation(definition),
    ...checkDelivery(definition),
    ...(schema ? checkSchema(['schema'], schema) : []),
    ...transforms.flatMap((transform, n) => (transform ? checkTransform(['transforms', n], transform) : [])),
  ];
}

function checkSource(source: NonNullable<Draft['source']>): Fault[] {
  return [
    ...later(['source', 'type'], source.type, LATER_SOURCES),
    ...('format' in source ? later(['source', 'format'], source.format, LATER_FORMATS) : []),
    ...('path' in source ? checkPath(['source', 'path'], source.path) : []),
    ...('start' in source ? checkStart(['source', 'start'], source.start) : []),
    ...checkReserved(['source'], source),
  ];
}

function checkSink(sink: NonNullable<Draft['sink']>): Fault[] {
  return [
    ...later(['sink', 'type'], sink.type, LATER_SINKS),
    ...('format' in sink ? later(['sink', 'format'], sink.format, LATER_FORMATS) : []),
    ...('path' in sink ? checkPath(['sink', 'path'], sink.path) : []),
    ...(sink.type === 'sqlite' && 'path' in sink ? checkDatabase(sink.path) : []),
    ...checkReserved(['sink'], sink),
  ];
}

/** Sinks that cannot tell what they already have. */
const AT_LEAST_ONCE: ReadonlySet<string> = new Set(['log', 'http']);

/** What a pipeline gives: what was asked for, else the best that its sink can. */
export function deliveryOf({ delivery, sink }: PipelineDefinition): 'exactly-once' | 'at-least-once' {
  return delivery ?? (AT_LEAST_ONCE.has(sink.type) ? 'at-least-once' : 'exactly-once');
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

function checkStart(path: Path, start = 'earliest'): Fault[] {
  const isKnown = start === 'earliest' || start === 'latest';
  if (isKnown || (ISO_TIME.test(start) && !Number.isNaN(Date.parse(start)))) return [];
  return [refused(path, 'must be earliest, latest, or a time such as 2026-01-31T12:00:00Z')];
}

/** An author who could write there would move the pipelines of others, of any tenant; who could read, would see where they are. */
function checkReserved(path: Path, part: object): Fault[] {
  const isTable = 'table' in part && typeof part.table === 'string' && isReservedTable(part.table);
  const isTopic = 'topic' in part && typeof part.topic === 'string' && isReservedTopic(part.topic);
  if (!isTable && !isTopic) return [];
  return [
    refused(
      [...path, isTable ? 'table' : 'topic'],
      'is where pipelines keep their positions: name another one',
    ),
  ];
}

/** A table is made of what the definition says of its records. */
function checkCreation(definition: Draft): Fault[] {
  const { sink, schema } = definition;
  if (!sink || !('createTable' in sink) || !sink.createTable) return [];
  const path = ['sink', 'createTable'];
  if (!('key' in sink)) return [refused(path, 'needs "key", which becomes the primary key')];
  if ('schema' in definition && !schema) return [];
  const properties = schema?.['properties'];
  if (typeof properties !== 'object' || properties === null)
    return [refused(path, 'needs a "schema" with "properties", which become the columns')];
  const missing = sink.key?.find((name) => name !== undefined && !(name in properties));
  return missing === undefined
    ? []
    : [refused(['sink', 'key'], `${JSON.stringify(missing)} is not among the schema's properties`)];
}

function checkDelivery({ delivery, sink }: Draft): Fault[] {
  if (delivery !== 'exactly-once' || !sink?.type || !AT_LEAST_ONCE.has(sink.type)) return [];
  return [refused(['delivery'], `a ${sink.type} sink writes at least once: leave delivery out`)];
}

type LooseTransform = NonNullable<NonNullable<Draft['transforms']>[number]>;

function checkTransform(path: Path, transform: LooseTransform): Fault[] {
  switch (transform.type) {
    case 'filter':
      return checkExpression([...path, 'condition'], transform.condition, compileCondition);
    case 'map':
      if (!('set' in transform || 'remove' in transform))
        return [refused(path, 'sets and removes nothing: give "set", "remove" or both')];
      return Object.entries(transform.set ?? {}).flatMap(([field, expression]) =>
        checkExpression([...path, 'set', field], expression, compileExpression),
      );
    case 'rename':
      return checkNames([...path, 'fields'], Object.entries(transform.fields ?? {}));
    case 'validate':
      return transform.schema ? checkSchema([...path, 'schema'], transform.schema) : [];
    case 'script':
      return transform.code === undefined ? [] : checkScript([...path, 'code'], transform.code);
    default:
      return later([...path, 'type'], transform.type, LATER_TRANSFORMS);
  }
}

/** Only one of them could have it, and the others would be lost. */
function checkNames(path: Path, names: readonly (readonly [string, string | undefined])[]): Fault[] {
  const seen = new Set<string | undefined>();
  return names.flatMap(([from, to]) => {
    const isTwice = to !== undefined && seen.has(to);
    seen.add(to);
    return isTwice
      ? [refused([...path, from], `${JSON.stringify(to)} is the new name of another field too`)]
      : [];
  });
}

function checkExpression(path: Path, text: string | undefined, compile: (text: string) => unknown): Fault[] {
  if (text === undefined) return [];
  try {
    compile(text);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionRefusedError)) throw error;
    const { message, offset } = error;
    const place = `at character ${offset + 1} of ${JSON.stringify(text)}`;
    return [refused(path, `${message}, ${place}`)];
  }
}

/** As scripts of replication call it, which load to collections. */
const ANY_TARGET = 'loadTo<CollectionName>()';

function checkScript(path: Path, code: string): Fault[] {
  const { problems } = inspectScript({ name: 'script', collection: SCRIPT_COLLECTION, script: code });
  return problems.map(({ reason, line, column }) =>
    refused(path, `${reason.replace(ANY_TARGET, 'loadToOut({…})')}, at ${line}:${column} of the script`),
  );
}

function checkPath(path: Path, text = ''): Fault[] {
  const steps = text.split(/[/\\]/);
  const isInside = !/^([/\\]|[A-Za-z]:)/.test(text) && !steps.includes('..') && !text.includes('\0');
  if (!isInside) return [refused(path, 'must be below the files folder: no leading "/" and no ".."')];
  const own = [OWNER_FILE, GENERATION_FILE].find((name) => steps.some((step) => step.toLowerCase() === name));
  return own ? [refused(path, `${own} records whose files a folder has: name another file`)] : [];
}

const BESIDE_DATABASE = /-(wal|shm|journal)$/i;

function checkDatabase(path = ''): Fault[] {
  if (!BESIDE_DATABASE.test(path)) return [];
  const what = 'is the name of a file that SQLite keeps beside a database: name another one';
  return [refused(['sink', 'path'], what)];
}

function later(path: Path, value: string | undefined, names: readonly string[]): Fault[] {
  if (value === undefined || !names.includes(value)) return [];
  return [notAvailable(path, value)];
}

function notAvailable(path: Path, what: string): Fault {
  return { kind: 'not-available', path, message: `${JSON.stringify(what)} is not available in this version` };
}
