import { importLine } from './syntax.ts';
import type { Wish } from './wish.ts';

/** The file of the class, as a person would write it. */
export function renderClass({ className, collection, fields, role }: Wish): string {
  const quoted = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  const decorator =
    role.kind === 'share'
      ? `@Shared({ with: ${quoted(role.with)} })`
      : `@Replicated({ sourceModule: '${role.from}', sourceCollection: '${collection}', fields: ${quoted(fields.map(({ name }) => name))} })`;
  return [
    importLine(`Entity, ${role.kind === 'share' ? 'Shared' : 'Replicated'}`, '@nestjs-spark/core'),
    '',
    '@Entity()',
    decorator,
    `export class ${className} {`,
    ...fields.map(({ name, type }) => `  ${name}!: ${type};`),
    '}',
    '',
  ].join('\n');
}
