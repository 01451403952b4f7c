import { statementsOf } from './syntax.ts';

const CREATED = /^(\s*)(?:const|let) (\w+) = await NestFactory\.create\b/;

/**
 * `main.ts` with shutdown hooks, so that a stopping instance releases its leases immediately; unchanged if it has them, and null
 * if the line that creates the application is not found.
 * @throws {CliError} when it is not TypeScript
 */
export function editMain(source: string, path: string): string | null {
  if (source.includes('enableShutdownHooks')) return source;
  statementsOf(source, path);
  const lines = source.split('\n');
  const first = lines.findIndex((line) => CREATED.test(line));
  const last = lines.findIndex((line, index) => index >= first && line.endsWith(');'));
  const [, indent, name] = CREATED.exec(lines[first] ?? '') ?? [];
  if (name === undefined || last < first) return null;
  return lines.toSpliced(last + 1, 0, `${indent}${name}.enableShutdownHooks();`).join('\n');
}
