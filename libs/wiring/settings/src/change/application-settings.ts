import { isListOf, isOneOf, toList, type Guard, type Setting } from '@nestjs-spark/foundation/internal';

/** From the most verbose to the least. */
export const LOG_LEVELS = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

const FLAG = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const MOST_FLAGS = 200;

const isFlag: Guard<string> = (value): value is string => typeof value === 'string' && FLAG.test(value);

const logLevel: Setting<LogLevelName | 'application'> = {
  variable: 'SPARK_LOG_LEVEL',
  rule: `has to be one of ${LOG_LEVELS.join(', ')}, or application`,
  parse: (text) => text,
  fits: isOneOf(...LOG_LEVELS, 'application'),
  // Keeps what the application has chosen itself.
  fallback: 'application',
};

const flags: Setting<readonly string[]> = {
  variable: 'SPARK_FLAGS',
  rule: 'has to be names that begin with a letter, as in newPrices,fastImport',
  parse: toList,
  fits: isListOf(isFlag, MOST_FLAGS),
  fallback: [],
};

/** The settings that every application has. */
export const APPLICATION_SETTINGS = { logLevel, flags };
