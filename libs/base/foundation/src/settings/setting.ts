import type { Guard } from '../guard/guards.ts';

/** One setting: its syntax, valid values and default, the same wherever a value comes from. */
export interface Setting<T> {
  /** The environment variable. */
  readonly variable: string;
  /** What a value has to be, phrased to follow its name: `has to be …`. */
  readonly rule: string;
  /** Parses the text of a variable or command-line option. `fits` decides whether the result can be used. */
  readonly parse: (text: string) => unknown;
  readonly fits: Guard<T>;
  readonly fallback: T;
}

/** Settings by their names. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

export type ValuesOf<S extends Settings> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** Where a value comes from, in order of precedence. */
export const ORIGINS = ['option', 'environment', 'central', 'default'] as const;
export type Origin = (typeof ORIGINS)[number];

/** Why a value cannot be used. The value is not repeated, since it may be anything. */
export function describeRule(name: string, { variable, rule }: Setting<unknown>): string {
  return `${name} (${variable}) ${rule}`;
}

/** Parses a number; `fits` refuses what is not one. */
export function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** The parts of a comma-separated list. */
export function toList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
