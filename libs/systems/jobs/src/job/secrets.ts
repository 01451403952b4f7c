import { isSecretName } from '@nestjs-spark/apache-spark/text';
import type { JobTransformation } from './job.ts';

const HIDDEN = '*********(redacted)';
/** Shorter texts do not count as secrets: they would match everywhere. */
const SHORTEST = 4;

/** A transformation as shown: settings and arguments of an application whose names indicate a secret are redacted. */
export function withoutSecrets(transformation: JobTransformation): JobTransformation {
  if (transformation.kind !== 'spark-app') return transformation;
  const { args, properties } = transformation;
  return {
    ...transformation,
    ...(args ? { args: args.map((arg, index) => shownArgument(arg, args[index - 1])) } : {}),
    ...(properties ? { properties: shownProperties(properties) } : {}),
  };
}

/** The texts that {@link withoutSecrets} hides, and that logs must not contain. */
export function secretsOf({ args = [], properties = {} }: Application): string[] {
  const settings = Object.entries(properties).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
  const own = args.flatMap((arg, index) => secretOf(arg, args[index - 1]) ?? []);
  // Longest first: one may be part of another.
  return [...settings, ...own]
    .filter(({ length }) => length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
}

/** The text with these secrets redacted. */
export function redacted(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}

type Application = Pick<JobTransformation & { kind: 'spark-app' }, 'args' | 'properties'>;

/** Recognizes `--password=text`, `password=text`, and the argument after `--password`. */
function secretOf(arg: string, before = ''): string | null {
  const at = arg.indexOf('=');
  if (at > 0 && isSecretName(arg.slice(0, at))) return arg.slice(at + 1);
  return before.startsWith('--') && !before.includes('=') && isSecretName(before) ? arg : null;
}

function shownArgument(arg: string, before?: string): string {
  const secret = secretOf(arg, before);
  return secret === null ? arg : `${arg.slice(0, arg.length - secret.length)}${HIDDEN}`;
}

function shownProperties(properties: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, isSecretName(name) ? HIDDEN : value]),
  );
}
