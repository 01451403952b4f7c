import { CliError } from '../cli-error.ts';
import { addLines, addVariables } from './edit-lines.ts';
import { editMain } from './edit-main.ts';
import { editModule } from './edit-module.ts';
import { editPackage, readPackage } from './edit-package.ts';
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

/**
 * What has to change in the application to fulfil the wish. Unchanged files are not included.
 * @param version of the packages
 * @throws {CliError} when a file is missing or does not look as expected
 */
export function planInit(wish: Wish, files: Files, version: string): Plan {
  const manifest = readPackage(demand(files, 'package.json'));
  const moduleName = wish.module ?? manifest.moduleName;
  const file = classFile(wish);
  const extension = manifest.isEsm ? '.js' : '';
  const main = files.get(MAIN);
  const hooked = main === undefined ? null : editMain(main, MAIN);
  const feature = { name: wish.className, from: `./${file.replace(/^src\/|\.ts$/g, '')}${extension}` };
  const planned: [string, string][] = [
    ['package.json', editPackage(manifest, version)],
    [
      MODULE,
      editModule(demand(files, MODULE), MODULE, { rootOptions: `{ moduleName: '${moduleName}' }`, feature }),
    ],
    [file, classSource(wish, files.get(file), file)],
    ['.env', addVariables(files.get('.env') ?? '', variables(wish, moduleName))],
    ['.gitignore', addLines(files.get('.gitignore') ?? '', ['.env', '.spark/'])],
    ...(hooked === null ? [] : [[MAIN, hooked] satisfies [string, string]]),
  ];
  return {
    files: new Map(planned.filter(([path, text]) => files.get(path) !== text)),
    next: [
      ...(isDeclared(wish, files.get(file))
        ? []
        : [`put ${renderDeclaration(wish)} on ${wish.className} in ${file}`]),
      ...nextSteps(wish, moduleName, hooked !== null),
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

function nextSteps(
  { role, className, collection, store }: Wish,
  moduleName: string,
  hooked: boolean,
): string[] {
  const servers = store === 'sqlite' ? 'servers nats' : 'servers';
  return [
    'npm install',
    `npx @nestjs-spark/cli ${servers}   (in another terminal; leave it running)`,
    'npm start',
    ...(hooked ? [] : [`call app.enableShutdownHooks() in ${MAIN}`]),
    role.kind === 'share'
      ? `${role.with.join(', ')} may now copy ${collection} from ${moduleName}; @InjectRepository(${className}) reads and writes them`
      : `${role.from} has to share ${collection} with ${moduleName}; @InjectRepository(${className}) reads the copies`,
  ];
}

function demand(files: Files, path: string): string {
  const text = files.get(path);
  if (text !== undefined) return text;
  throw new CliError(
    `There is no ${path} here. Run this in the folder of a Nest application, as \`nest new\` makes it, or name it with --dir.`,
  );
}
