import type { ProblemField } from '@nestjs-spark/contracts';
import { describeRule, nearestName, type Settings, pointerStep } from '@nestjs-spark/foundation/internal';

/** What an operator wants: values as text or as JSON; null removes a central value. */
export type WantedValues = Readonly<Record<string, unknown>>;

export interface CheckedValues {
  /** Undefined removes the central value. */
  values: ReadonlyMap<string, unknown>;
  faults: ProblemField[];
}

/**
 * Parses what an operator wants by the settings' own rules.
 * @param startOnly the variables, by name, of settings that are only read at startup
 */
export function checkValues(
  schema: Settings,
  startOnly: Readonly<Record<string, string>>,
  wanted: WantedValues,
): CheckedValues {
  const values = new Map<string, unknown>();
  const faults: ProblemField[] = [];
  for (const [name, given] of Object.entries(wanted)) {
    const pointer = `/values/${pointerStep(name)}`;
    const setting = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (!setting) {
      faults.push({ pointer, detail: explainUnknown(name, schema, startOnly) });
      continue;
    }
    const value: unknown = typeof given === 'string' ? setting.parse(given) : given;
    if (value === null) values.set(name, undefined);
    else if (setting.fits(value)) values.set(name, value);
    else faults.push({ pointer, detail: describeRule(name, setting) });
  }
  return { values, faults };
}

function explainUnknown(name: string, schema: Settings, startOnly: Readonly<Record<string, string>>): string {
  const variable = Object.hasOwn(startOnly, name) ? startOnly[name] : undefined;
  if (variable !== undefined)
    return `only takes effect at startup: set ${variable} and restart every instance`;
  const meant = nearestName(name, Object.keys({ ...schema, ...startOnly }));
  const hint = meant === null ? '' : `did you mean ${meant}? `;
  return `is not a setting; ${hint}those that can be changed here are ${Object.keys(schema).join(', ')}`;
}

/** The central values after a change. */
export function changedValues(
  before: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, unknown>,
): Record<string, unknown> {
  const all = new Map([...Object.entries(before), ...values]);
  return Object.fromEntries([...all].filter(([, value]) => value !== undefined));
}

/**
 * Why there is no such version to go back to. Pure.
 * @param isNamed whether it was asked for by its number; otherwise it is the one before the current version
 */
export function describeNoVersion(version: number, isNamed: boolean): string {
  if (isNamed || version > 0) return `There is no version ${version} of the settings.`;
  if (version < 0) return 'Nothing was set yet, so there is nothing to roll back.';
  return 'Version 1 of the settings is the first: there is none before it. To remove a central value: npx @nestjs-spark/cli config set NAME=';
}
