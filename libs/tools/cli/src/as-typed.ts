type Environment = Readonly<Record<string, string | undefined>>;

const PROGRAM = 'npx @nestjs-spark/cli';
const REPOSITORY = 'spark-for-nestjs';

/** A text with its commands as they run here: the repository of Spark has its own command line as an npm script. */
export function asTyped(
  text: string,
  { npm_package_name: name, npm_lifecycle_event: script }: Environment,
): string {
  if (name !== REPOSITORY) return text;
  const here = script === 'dataflow' ? text.replaceAll(`${PROGRAM} dataflow`, 'npm run dataflow --') : text;
  return here.replaceAll(PROGRAM, 'npm run cli --');
}
