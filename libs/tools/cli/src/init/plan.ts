import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { addLines, addVariables } from './edit-lines.ts';
import { editMain } from './edit-main.ts';
import { editModule } from './edit-module.ts';
import { editPackage, readPackage } from './edit-package.ts';
import { isHere, nextSteps } from './next-steps.ts';
import { isDeclared, renderClass, renderDeclaration } from './render-class.ts';
import { classIn, statementsOf } from './syntax.ts';
import type { Wish } from './wish.ts';

/** The files of an application by relative path; those that do not exist are missing. */
export type Files = ReadonlyMap<string, string>;

/** What to write, and what the user has to do next. */
export interface Plan {
  readonly files: Files;
  readonly next: readonly string[];
}

const MODULE = 'src/app.module.ts';
const MAIN = 'src/main.ts';

/** The files that a plan is based on. */
export function filesToRead(wish: Wish): string[] {
  return ['package.json', MODULE, MAIN, '.env', '.gitignore', classFile(wish)];
}

/** Where this command comes from. */
export interface Origin {
  /** The version of the packages. */
  readonly version: string;
  /** Whether it runs in Spark's own repository, whose packages an application elsewhere takes as tarballs. */
  readonly isRepository: boolean;
}

/**
 * What has to change in the application to fulfil the wish. Unchanged files are not included.
 * @throws {CliError} when a file is missing or does not look as expected
 */
export function planInit(wish: Wish, files: Files, origin: Origin): Plan {
  const shown = (path: string): string => join(wish.folder, path);
  const demand = (path: string): string => demandIn(files, path, wish.folder);
  const manifest = readPackage(demand('package.json'), shown('package.json'));
  const moduleName = wish.module ?? manifest.moduleName;
  const file = classFile(wish);
  const extension = manifest.isEsm ? '.js' : '';
  const main = files.get(MAIN);
  const hooked = main === undefined ? null : editMain(main, shown(MAIN));
  const feature = { name: wish.className, from: `./${file.replace(/^src\/|\.ts$/g, '')}${extension}` };
  const planned: [string, string][] = [
    ['package.json', editPackage(manifest, origin.version)],
    [
      MODULE,
      editModule(demand(MODULE), shown(MODULE), { rootOptions: `{ moduleName: '${moduleName}' }`, feature }),
    ],
    [file, classSource(wish, files.get(file), shown(file))],
    ['.env', addVariables(files.get('.env') ?? '', variables(wish, moduleName))],
    ['.gitignore', addLines(files.get('.gitignore') ?? '', ['.env', '.spark/'])],
    ...(hooked === null ? [] : [[MAIN, hooked] satisfies [string, string]]),
  ];
  return {
    files: new Map(planned.filter(([path, text]) => files.get(path) !== text)),
    next: [
      ...(isDeclared(wish, files.get(file))
        ? []
        : [`put ${renderDeclaration(wish)} on ${wish.className} in ${shown(file)}`]),
      ...(hooked === null ? [`call app.enableShutdownHooks() in ${shown(MAIN)}`] : []),
      ...nextSteps(wish, moduleName, origin.isRepository),
    ],
  };
}

function classFile({ className }: Wish): string {
  const words = className.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return `src/${words}.ts`;
}

/** An existing class is the user's and is kept: it may have been extended since. */
function classSource(wish: Wish, present: string | undefined, path: string): string {
  if (present === undefined) return renderClass(wish);
  if (classIn(statementsOf(present, path), wish.className)) return present;
  throw new CliError(
    `${path} exists and has no class ${wish.className}. Nothing was written. Move it, or take another name.`,
  );
}

function variables({ store, port }: Wish, moduleName: string): Record<string, string> {
  const kept: Record<string, string> =
    store === 'sqlite'
      ? { SPARK_STORE: `sqlite:.spark/data/${moduleName}.db` }
      : { SPARK_STORE: 'ravendb', RAVENDB_URLS: 'http://127.0.0.1:8080' };
  return {
    ...(port === undefined ? {} : { PORT: String(port) }),
    ...kept,
    NATS_URL: 'nats://127.0.0.1:4222',
  };
}

function demandIn(files: Files, path: string, folder: string): string {
  const text = files.get(path);
  if (text !== undefined) return text;
  const [where, remedy] = isHere(folder)
    ? ['here', 'Run this in the folder of a Nest application, as `nest new` makes it, or name it with --dir.']
    : [`in ${folder}`, 'Name the folder of a Nest application, as `nest new` makes it, with --dir.'];
  throw new CliError(`There is no ${path} ${where}. ${remedy}`);
}
