import { setTimeout as wait } from 'node:timers/promises';
import type { InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { misspeltVariables } from '@nestjs-spark/foundation/internal';
import { logFor } from '../logging/log-for.ts';

/** A reader that waits for something else, such as Vault, must not hold back the faults of the others. */
const LONGEST_MS = 2_000;

/** The tokens of all settings in this process. */
const known = new Set<InjectionToken>();
const applications = new WeakMap<ModulesContainer, Reading>();

/**
 * Marks what is provided under `token` as read at application start, with its faults reported together with those of the others.
 */
export function isReadAtStart<T extends InjectionToken>(token: T): T {
  known.add(token);
  return token;
}

/**
 * Reads one part of an application's settings. If it cannot be used, waits for the parts that are read concurrently, so that one
 * error names all faults instead of one per start. The first call also warns of misspelled variables.
 * @param token marked with {@link isReadAtStart}
 */
export async function readTogether<T>(
  modules: ModulesContainer,
  token: InjectionToken,
  read: () => T | Promise<T>,
): Promise<T> {
  const reading = applications.get(modules) ?? begin(modules);
  try {
    const value = await read();
    reading.succeeded(token);
    return value;
  } catch (error) {
    throw await reading.failed(token, error);
  }
}

function begin(modules: ModulesContainer): Reading {
  const log = logFor('SparkSettings');
  for (const warning of misspeltVariables(process.env)) log.warn(warning);
  const reading = new Reading(tokensIn(modules));
  applications.set(modules, reading);
  return reading;
}

function tokensIn(modules: ModulesContainer): InjectionToken[] {
  return [...modules.values()].flatMap(({ providers }) => [...known].filter((token) => providers.has(token)));
}

class Reading {
  readonly #open: Set<InjectionToken>;
  readonly #errors: Error[] = [];
  readonly #all = Promise.withResolvers<void>();
  #told: Error | undefined;

  constructor(tokens: readonly InjectionToken[]) {
    this.#open = new Set(tokens);
  }

  succeeded(token: InjectionToken): void {
    this.#open.delete(token);
    if (this.#open.size === 0) this.#all.resolve();
  }

  /** @returns the single error of this application */
  async failed(token: InjectionToken, error: unknown): Promise<unknown> {
    if (!(error instanceof Error)) return error;
    this.#errors.push(error);
    this.succeeded(token);
    await Promise.race([this.#all.promise, wait(LONGEST_MS, undefined, { ref: false })]);
    this.#told ??= joined(this.#errors);
    return this.#told;
  }
}

/** The first error, so that its class can be caught as if it were alone, with all messages. */
function joined([first, ...others]: readonly Error[]): Error | undefined {
  if (!first || others.length === 0) return first;
  first.message = withoutRepeats([first, ...others].flatMap(({ message }) => message.split('\n'))).join('\n');
  const [, ...frames] = first.stack?.split('\n    at ') ?? [];
  first.stack = [`${first.name}: ${first.message}`, ...frames].join('\n    at ');
  return first;
}

/** One variable may be a setting of several parts. */
function withoutRepeats(all: readonly string[]): string[] {
  const lines = [...new Set(all)];
  const isFault = (line: string | undefined) => line?.startsWith('  - ') === true;
  return lines.filter((line, at) => !line.endsWith(':') || isFault(lines[at + 1]));
}
