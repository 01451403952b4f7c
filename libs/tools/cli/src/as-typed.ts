export type Environment = Readonly<Record<string, string | undefined>>;

const PROGRAM = 'npx @nestjs-spark/cli';
const REPOSITORY = 'spark-for-nestjs';
/** Terminal escapes and the like, and marks that change the writing direction; not line breaks and tabs. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\u2028\u2029]/gu;

/** Whether a command runs as an npm script of Spark's own repository. */
export function isRepository({ npm_package_name: name }: Environment): boolean {
  return name === REPOSITORY;
}

/**
 * A text for the terminal, with its commands as they run here: the repository of Spark has its own command line as an npm script. Ids, reasons and
 * the like come from others, so control characters are escaped as in JSON, which stays the same JSON.
 */
export function asTyped(text: string, environment: Environment): string {
  const safe = text.replaceAll(UNPRINTABLE, escaped);
  if (!isRepository(environment)) return safe;
  const here =
    environment['npm_lifecycle_event'] === 'dataflow'
      ? safe.replaceAll(`${PROGRAM} dataflow`, 'npm run dataflow --')
      : safe;
  return here.replaceAll(PROGRAM, 'npm run cli --');
}

function escaped(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
