import { CliError } from '../cli-error.ts';
import {
  classIn,
  importLine,
  insertAll,
  statementsOf,
  type ClassStatement,
  type Insertion,
  type Statement,
} from './syntax.ts';

/** A name that the module's file has to import. */
export interface WantedImport {
  readonly name: string;
  readonly from: string;
}

/** What to add to the root module. */
export interface ModuleAdditions {
  /** Options for `SparkModule.forRoot`, as source code. */
  readonly rootOptions: string;
  /** The class for `SparkModule.forFeature`. */
  readonly feature: WantedImport;
}

type Decorated = NonNullable<ClassStatement['decorators']>[number]['expression'];
type ObjectNode = Extract<Decorated, { type: 'ObjectExpression' }>;
type ArrayNode = Extract<Decorated, { type: 'ArrayExpression' }>;
type Expression = NonNullable<ArrayNode['elements'][number]>;

/**
 * The root module's source with `ConfigModule`, `SparkModule.forRoot` and the class in `SparkModule.forFeature`. Whatever it
 * already has stays unchanged.
 * @throws {CliError} when it is not a class `AppModule` with an extensible `@Module({ … })`; the message says what to do by hand
 */
export function editModule(source: string, path: string, { rootOptions, feature }: ModuleAdditions): string {
  const statements = statementsOf(source, path);
  const metadata = metadataOf(statements, path);
  const list = importsOf(metadata, path);
  const present = (list?.elements ?? []).flatMap((element) => (element ? [element] : []));
  const entries: string[] = [];
  if (!present.some((entry) => isCall(entry, 'ConfigModule', 'forRoot')))
    entries.push('ConfigModule.forRoot()');
  if (
    !present.some(
      (entry) => isCall(entry, 'SparkModule', 'forRoot') || isCall(entry, 'SparkModule', 'forRootAsync'),
    )
  )
    entries.push(`SparkModule.forRoot(${rootOptions})`);
  if (!present.some((entry) => isCall(entry, 'SparkModule', 'forFeature') && lists(entry, feature.name)))
    entries.push(`SparkModule.forFeature([${feature.name}])`);
  const wanted = [
    { name: 'ConfigModule', from: '@nestjs/config' },
    { name: 'SparkModule', from: '@nestjs-spark/core' },
    feature,
  ];
  return insertAll(source, [
    ...importLines(statements, wanted, path),
    ...moduleEntries(metadata, list, entries),
  ]);
}

function metadataOf(statements: readonly Statement[], path: string): ObjectNode {
  const decorators = classIn(statements, 'AppModule')?.decorators ?? [];
  for (const { expression } of decorators) {
    if (expression.type !== 'CallExpression' || !isNamed(expression.callee, 'Module')) continue;
    const [metadata] = expression.arguments;
    if (metadata?.type === 'ObjectExpression') return metadata;
  }
  throw unexpected(path, 'it has no class AppModule with @Module({ … })');
}

function importsOf(metadata: ObjectNode, path: string): ArrayNode | undefined {
  for (const property of metadata.properties) {
    if (property.type === 'SpreadElement' || !isNamed(property.key, 'imports')) continue;
    if (property.type === 'ObjectProperty' && property.value.type === 'ArrayExpression')
      return property.value;
    throw unexpected(path, 'the imports of AppModule are not written as a list, imports: […]');
  }
  return undefined;
}

function moduleEntries(
  metadata: ObjectNode,
  list: ArrayNode | undefined,
  entries: readonly string[],
): Insertion[] {
  if (entries.length === 0) return [];
  const lines = entries.map((entry) => `\n    ${entry}`).join(',');
  if (!list) return [{ at: placeIn(metadata) + 1, text: `\n  imports: [${lines},\n  ],` }];
  const last = list.elements.at(-1);
  return last
    ? [{ at: last.end ?? 0, text: `,${lines}` }]
    : [{ at: placeIn(list) + 1, text: `${lines},\n  ` }];
}

function importLines(
  statements: readonly Statement[],
  wanted: readonly WantedImport[],
  path: string,
): Insertion[] {
  const imports = statements.filter((statement) => statement.type === 'ImportDeclaration');
  const known = new Map(
    imports.flatMap(({ specifiers, source }) =>
      specifiers.map(({ local }) => [local.name, source.value] as const),
    ),
  );
  const other = wanted.find(({ name, from }) => known.has(name) && known.get(name) !== from);
  if (other)
    throw unexpected(path, `${other.name} comes from ${known.get(other.name)} there, not from ${other.from}`);
  const lines = wanted
    .filter(({ name }) => !known.has(name))
    .map(({ name, from }) => `\n${importLine(name, from)}`);
  return [{ at: imports.at(-1)?.end ?? 0, text: lines.join('') }];
}

/** Whether the call's first argument is a list containing this name. */
function lists(node: Expression, name: string): boolean {
  if (node.type !== 'CallExpression') return false;
  const [list] = node.arguments;
  return (
    list?.type === 'ArrayExpression' &&
    list.elements.some((element) => element !== null && isNamed(element, name))
  );
}

function isCall(node: Expression, object: string, method: string): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  return isNamed(node.callee.object, object) && isNamed(node.callee.property, method);
}

function isNamed(node: { type: string; name?: unknown }, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function placeIn({ start }: { start?: number | null }): number {
  return start ?? 0;
}

function unexpected(path: string, what: string): CliError {
  return new CliError(
    `${path} does not look as expected: ${what}. Nothing was written. Add SparkModule.forRoot() and SparkModule.forFeature() to ` +
      "your root module by hand, as the package's README shows.",
  );
}
