import { messageOf } from '@nestjs-spark/foundation/internal';
import { CliError } from '../cli-error.ts';

/** What the plan needs to know of a `package.json`. */
export interface PackageFile {
  readonly text: string;
  /** For messages. */
  readonly path: string;
  /** The application's module name, derived from the package's: `my-orders` becomes `MyOrders`. */
  readonly moduleName: string;
  readonly isEsm: boolean;
  readonly nest: 11 | 12;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Manifest {
  name?: string;
  type?: string;
  dependencies?: Record<string, string>;
}

// `@nestjs/config` has its own version numbers.
const CONFIG = { 11: '^4.0.0', 12: '^12.0.0' } as const;

/** @throws {CliError} when it is not JSON, or not the manifest of an application on Nest 11 or 12 */
export function readPackage(text: string, path: string): PackageFile {
  const { name = 'app', type, dependencies = {} } = parse(text, path);
  const major = Number(/\d+/.exec(dependencies['@nestjs/core'] ?? '')?.[0]);
  if (major !== 11 && major !== 12)
    throw new CliError(
      `${path} has no @nestjs/core of version 11 or 12 among its dependencies. Nothing was written.`,
    );
  return { text, path, moduleName: pascal(name), isEsm: type === 'module', nest: major, dependencies };
}

/** The manifest with Spark's requirements among its dependencies; existing versions stay. */
export function editPackage({ text, path, nest, dependencies }: PackageFile, version: string): string {
  const wanted = {
    '@nestjs/config': CONFIG[nest],
    '@nestjs-spark/core': `^${version}`,
  };
  if (Object.keys(wanted).every((name) => dependencies[name])) return text;
  const all = Object.entries({ ...wanted, ...dependencies });
  const sorted = Object.fromEntries(all.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify({ ...parse(text, path), dependencies: sorted }, null, 2)}\n`;
}

function parse(text: string, path: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${messageOf(error)}`);
  }
}

function pascal(name: string): string {
  const words = name.replace(/^@[^/]*\//, '').split(/[^A-Za-z0-9]+/);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
