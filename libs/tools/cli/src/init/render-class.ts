import { importLine } from './syntax.ts';
import type { Wish } from './wish.ts';

/** The file of the class, as written by hand. */
export function renderClass(wish: Wish): string {
  const { className, fields, role } = wish;
  return [
    importLine(`Entity, ${role.kind === 'share' ? 'Shared' : 'Replicated'}`, '@nestjs-spark/core'),
    '',
    '@Entity()',
    renderDeclaration(wish),
    `export class ${className} {`,
    ...fields.map(({ name, type }) => `  ${name}!: ${type};`),
    '}',
    '',
  ].join('\n');
}

/** The requested decorator. */
export function renderDeclaration({ collection, fields, role }: Wish): string {
  const quoted = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  return role.kind === 'share'
    ? `@Shared({ with: ${quoted(role.with)} })`
    : `@Replicated({ sourceModule: '${role.from}', sourceCollection: '${collection}', fields: ${quoted(fields.map(({ name }) => name))} })`;
}

/** Whether a class's file, which is created if missing, has such a decorator for the same modules, however it is formatted. */
export function isDeclared({ role }: Wish, source: string | undefined): boolean {
  if (source === undefined) return true;
  const decorator = role.kind === 'share' ? 'Shared(' : 'Replicated(';
  const modules = role.kind === 'share' ? role.with : [role.from];
  return (
    source.includes(decorator) &&
    modules.every((name) => [`'${name}'`, `"${name}"`].some((quoted) => source.includes(quoted)))
  );
}
