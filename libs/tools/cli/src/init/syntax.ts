import { parse, type ParserPlugin } from '@babel/parser';
import { messageOf } from '@nestjs-spark/foundation/internal';
import { CliError } from '../cli-error.ts';

type Parsed = ReturnType<typeof parse>;
export type Statement = Parsed['program']['body'][number];
export type ClassStatement = Extract<Statement, { type: 'ClassDeclaration' }>;

const PLUGINS: ParserPlugin[] = ['typescript', 'decorators-legacy', 'decoratorAutoAccessors'];

/**
 * The statements of a TypeScript module, with their positions in the text.
 * @throws {CliError} when it is not TypeScript
 */
export function statementsOf(source: string, path: string): Statement[] {
  try {
    return parse(source, { sourceType: 'module', plugins: PLUGINS }).program.body;
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${messageOf(error)}. Correct it and run this again.`);
  }
}

/** The line that imports a name. */
export function importLine(name: string, from: string): string {
  const quoted = `'${from}'`;
  return `import { ${name} } from ${quoted};`;
}

/** A text and where to insert it. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** The source with all texts inserted, each at a different position. */
export function insertAll(source: string, insertions: readonly Insertion[]): string {
  // From the end, so that earlier positions stay valid.
  return insertions
    .toSorted((one, other) => other.at - one.at)
    .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), source);
}

/** The class of this name, exported or not. */
export function classIn(statements: readonly Statement[], name: string): ClassStatement | undefined {
  const declared = statements.map((statement) =>
    statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
      ? statement.declaration
      : statement,
  );
  return declared.find(
    (node): node is ClassStatement => node?.type === 'ClassDeclaration' && node.id?.name === name,
  );
}
