import type { Guard } from '../guard/guards.ts';

/** One setting: how it is written, what it may be, and what it is when nobody gives it. The same wherever a value comes from. */
export interface Setting<T> {
  /** The variable of the environment. */
  readonly variable: string;
  /** What a value has to be, in words that follow its name: `has to be …`. */
  readonly rule: string;
  /** What a text means, in a variable or on the command line. `fits` decides whether that can be used. */
  readonly parse: (text: string) => unknown;
  readonly fits: Guard<T>;
  readonly fallback: T;
}

/** Settings by their names. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

export type ValuesOf<S extends Settings> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** Where a value comes from. Each beats those after it. */
export const ORIGINS = ['option', 'environment', 'central', 'default'] as const;
export type Origin = (typeof ORIGINS)[number];

/** Why a value cannot be used. The value is not repeated: it may be anything. */
export function describeRule(name: string, { variable, rule }: Setting<unknown>): string {
  return `${name} (${variable}) ${rule}`;
}

/** The number that a text says; `fits` refuses what is not one. */
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
