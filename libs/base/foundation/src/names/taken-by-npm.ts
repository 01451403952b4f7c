type Environment = Readonly<Record<string, string | undefined>>;

/** Options of npm's own: a variable may come from the user's settings of npm, and says nothing about a command. */
const NPMS: ReadonlySet<string> = new Set(['depth', 'force', 'help', 'json', 'name', 'save']);

/**
 * What to say where npm has kept an option for itself, as `npm run` and `npm exec` do with each that is not behind `--`; null where it
 * has not. The command does not get the option, only a variable that has its name.
 * @param options of the command, without their dashes
 * @param hasWords whether the command did get something
 */
export function takenByNpm(
  options: readonly string[],
  environment: Environment,
  hasWords: boolean,
): string | null {
  const { npm_lifecycle_event: script } = environment;
  if (script === undefined) return null;
  const taken = options.find((option) => !NPMS.has(option) && environment[variableOf(option)] !== undefined);
  if (taken === undefined) return null;
  const command = `${commandOf(script)} -- ${hasWords ? '… ' : ''}--${taken}`;
  return `npm has kept --${taken} for itself. Put it behind "--", as in: ${command}`;
}

/** npm reads `--no-wait` as a `wait` that is off. */
function variableOf(option: string): string {
  return `npm_config_${option.replace(/^no-/, '').replaceAll('-', '_')}`;
}

function commandOf(script: string): string {
  if (script === 'npx') return 'npm exec';
  return script === 'start' || script === 'test' ? `npm ${script}` : `npm run ${script}`;
}
